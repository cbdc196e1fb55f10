package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.InferenceRouter.Choice;
import dev.weir.inference.routing.InferenceRouter.Chosen;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.plan.GenerateStep.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a step goes next: what it has tried, the router's word on what follows, and the pause
 * before that. One question at a time; what comes of an older one means nothing. A part of {@link
 * GenerateStep}, used by its actor alone.
 */
final class Course {

  private static final Logger LOG = LoggerFactory.getLogger(Course.class);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final int TRIES = 3;

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private final CacheCall cacheable;
  private final Features features;
  private final List<Tried> tried = new ArrayList<>();
  private int questions;
  private boolean open;

  Course(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StepSpec spec,
      StepDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
    this.features = features(spec.call(), spec.workload());
    this.cacheable = new CacheCall(spec.call(), spec.model()).prepared();
  }

  private static Features features(ModelCall call, Workload workload) {
    Set<String> tags =
        Arrays.stream(call.metadata().getOrDefault(Features.TAGS, "").split(","))
            .map(String::strip)
            .filter(tag -> !tag.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    return new Features(
        call.instructions(),
        call.items(),
        !call.tools().isEmpty(),
        tags,
        workload == Workload.BACKGROUND,
        call.metadata().getOrDefault(Together.WISH, ""));
  }

  /** Of one question. */
  sealed interface Answer extends Command {
    int question();
  }

  private record Routed(int question, Choice choice) implements Answer {}

  private record Unanswered(int question, Purpose purpose, List<Tried> tried, int tries)
      implements Answer {}

  private record Paused(int question, Chosen chosen) implements Answer {}

  /** Notes what became of an attempt. */
  void tried(Tried attempt) {
    tried.add(attempt);
  }

  /** Whether a question has not led to an attempt yet. */
  boolean isOpen() {
    return open;
  }

  /**
   * Asks where to go for {@code purpose}.
   *
   * @param racing attempts under way
   */
  void ask(Purpose purpose, Stream<Tried> racing) {
    ask(purpose, Stream.concat(tried.stream(), racing).toList(), 1);
  }

  private void ask(Purpose purpose, List<Tried> all, int tries) {
    open = true;
    int question = ++questions;
    context.ask(
        Choice.class,
        dependencies.router(),
        ANSWER_WITHIN,
        replyTo ->
            new InferenceRouter.Choose(
                spec.model(),
                features,
                spec.caller().entityId(),
                spec.affinity(),
                purpose,
                all,
                replyTo,
                cacheable),
        (choice, silence) ->
            silence == null
                ? new Routed(question, choice)
                : new Unanswered(question, purpose, all, tries));
  }

  /** What there is to do now; empty while there is to wait for more. */
  Optional<Choice> follow(Answer answer) {
    if (!open || answer.question() != questions) {
      return Optional.empty();
    }
    return switch (answer) {
      case Routed(int question, Chosen chosen) -> set(chosen);
      case Routed(int question, InferenceRouter.Unroutable nowhere) -> close(nowhere);
      case Paused(int question, Chosen chosen) -> close(chosen);
      case Unanswered silence -> {
        if (silence.tries() == TRIES) {
          yield close(new InferenceRouter.Unroutable(StepErrors.noRoute()));
        }
        ask(silence.purpose(), silence.tried(), silence.tries() + 1);
        yield Optional.empty();
      }
    };
  }

  private Optional<Choice> set(Chosen chosen) {
    if (!tried.isEmpty()) {
      tell(tried.getLast().error(), chosen);
    }
    if (chosen.pause().isZero()) {
      return close(chosen);
    }
    Paused paused = new Paused(questions, chosen);
    timers.startSingleTimer(paused, paused, chosen.pause());
    return Optional.empty();
  }

  private Optional<Choice> close(Choice choice) {
    open = false;
    return Optional.of(choice);
  }

  private void tell(WeirError error, Chosen next) {
    Metrics.retried(error.code());
    Logs.about(spec.trace(), LOG.atInfo())
        .addKeyValue("response_id", spec.responseId())
        .addKeyValue("attempts", tried.size())
        .addKeyValue("code", error.code())
        .addKeyValue("next", next.deployment().name())
        .log("attempt failed, another follows");
  }
}
