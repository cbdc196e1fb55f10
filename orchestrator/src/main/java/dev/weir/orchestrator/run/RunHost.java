package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** Keeps the runs of one orchestrator node and answers for them. */
public final class RunHost {

  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "run-host");

  public sealed interface Command extends WireMessage {}

  /**
   * Starts a run.
   *
   * @param reading where its events go, or null when nobody reads yet
   */
  public record Accept(
      ResponseId id,
      Caller caller,
      ResponseRequest request,
      TraceContext trace,
      @Nullable Reading reading,
      ActorRef<Run.Admission> replyTo)
      implements Command {}

  /** Which events to send, and where; see {@link Run.Attach}. */
  public record Reading(long from, Ticket events) implements WireMessage {}

  /** Asks something of a run that may be here. */
  public record Ask(ResponseId id, Caller caller, Question question, ActorRef<Answer> replyTo)
      implements Command {}

  /** What may be asked. */
  public sealed interface Question extends WireMessage {}

  /** The response as it is. */
  public record Retrieve() implements Question {}

  /** Its events, from some number on. */
  public record Resume(Reading reading) implements Question {}

  /** That it stops. */
  public record Cancel() implements Question {}

  /** Asks which process this is. */
  public record Identify(ActorRef<Identity> replyTo) implements Command {}

  /** Answers {@link Identify}. */
  public record Identity(long incarnation, ActorRef<Command> host) implements WireMessage {}

  private record RunEnded(ResponseId id) implements Command {}

  /** Answers {@link Ask}. */
  public sealed interface Answer extends WireMessage {}

  /** The response as it is. */
  public record Found(Response response) implements Answer {}

  /** This node does not have it. */
  public record NotHere() implements Answer {}

  /** This node has it, and refuses. */
  public record Denied(WeirError error) implements Answer {}

  private final ActorContext<Command> context;
  private final long incarnation;
  private final Run.Dependencies dependencies;
  private final Map<ResponseId, Hosted> runs = new HashMap<>();

  private record Hosted(Caller caller, ActorRef<Run.Command> run) {}

  /**
   * A host of its own.
   *
   * @param incarnation the cluster member's uid
   */
  public static Behavior<Command> create(long incarnation, Run.Dependencies dependencies) {
    return Behaviors.setup(
        context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return new RunHost(context, incarnation, dependencies).hosting();
        });
  }

  private RunHost(ActorContext<Command> context, long incarnation, Run.Dependencies dependencies) {
    this.context = context;
    this.incarnation = incarnation;
    this.dependencies = dependencies;
  }

  private Behavior<Command> hosting() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Accept accept -> onAccept(accept);
            case Ask ask -> onAsk(ask);
            case Identify(var replyTo) ->
                replyTo.tell(new Identity(incarnation, context.getSelf()));
            case RunEnded(ResponseId id) -> runs.remove(id);
          }
          return Behaviors.same();
        });
  }

  private void onAccept(Accept accept) {
    ResponseRequest request = accept.request();
    Response response =
        new Response(
            accept.id(),
            accept.caller(),
            request,
            Response.Status.IN_PROGRESS,
            dependencies.steps().clock().instant(),
            null,
            List.of(),
            null,
            null,
            null,
            request.conversation(),
            Response.Summary.NONE);
    ActorRef<Run.Command> run =
        context.spawn(
            Run.create(new Run.Start(response, accept.trace(), accept.replyTo()), dependencies),
            accept.id().toString());
    context.watchWith(run, new RunEnded(accept.id()));
    runs.put(accept.id(), new Hosted(accept.caller(), run));
    if (accept.reading() != null) {
      run.tell(new Run.Attach(accept.reading().from(), accept.reading().events()));
    }
  }

  private void onAsk(Ask ask) {
    Hosted hosted = runs.get(ask.id());
    if (hosted == null || !hosted.caller().equals(ask.caller())) {
      ask.replyTo().tell(new NotHere());
      return;
    }
    switch (ask.question()) {
      case Retrieve retrieve -> hosted.run().tell(new Run.Describe(ask.replyTo()));
      case Cancel cancel -> hosted.run().tell(new Run.Cancel(ask.replyTo()));
      case Resume(Reading reading) -> {
        hosted.run().tell(new Run.Attach(reading.from(), reading.events()));
        hosted.run().tell(new Run.Describe(ask.replyTo()));
      }
    }
  }
}
