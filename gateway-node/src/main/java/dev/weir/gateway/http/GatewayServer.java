package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.gateway.budget.Budgets;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.chat.ChatRequestReader;
import dev.weir.gateway.chat.Completions;
import dev.weir.gateway.chat.MessageReader;
import dev.weir.gateway.conversation.Conversations;
import dev.weir.gateway.embedding.Embeddings;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.json.SummaryRequestReader;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.socket.Sockets;
import dev.weir.orchestrator.pipeline.Pipelines;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;

/** The public HTTP server: the API on a gateway, and on every node what it tells of itself. */
public final class GatewayServer {

  private static final int WAITING_TURNS = 16;

  private GatewayServer() {}

  /**
   * What every server needs.
   *
   * @param ready whether this node can take requests now
   * @param inFlight counts what is being answered
   */
  public record Basics(Callers callers, Ulid ulid, BooleanSupplier ready, InFlight inFlight) {}

  /** What a gateway serves. */
  public record Services(
      Responses responses,
      Conversations conversations,
      Budgets budgets,
      Offer offer,
      Pipelines pipelines,
      Embeddings embeddings) {}

  /**
   * Binds and serves until the system ends. Refuses an open address without keys.
   *
   * @param services none on a node that is no gateway
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, HttpSettings settings, Basics basics, Optional<Services> services) {
    if (!basics.callers().areKnown() && !settings.isLoopback()) {
      throw new IllegalArgumentException(
          "weir.http.host = "
              + settings.host()
              + " is open to others, but no keys are configured: set weir.keys or WEIR_API_KEY, or"
              + " listen on 127.0.0.1.");
    }
    Bodies bodies = new Bodies(system, settings.maxBody());
    Endpoints endpoints =
        services
            .map(api -> gateway(system, bodies, settings, basics, api))
            .orElseGet(() -> noGateway(bodies, basics));
    Entrance entrance = new Entrance(endpoints, bodies, new Cors(settings.cors()), basics);
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bindFlow(Connection.flow(entrance::serve));
  }

  private static Endpoints gateway(
      ActorSystem<?> system,
      Bodies bodies,
      HttpSettings settings,
      Basics basics,
      Services services) {
    Sockets sockets = sockets(system, settings, basics, services);
    CoordinatedShutdown.get(system)
        .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain-sockets", sockets::drain);
    Completions completions = new Completions(services.responses());
    return endpoints(bodies, settings, basics, services, sockets, completions);
  }

  private static Endpoints noGateway(Bodies bodies, Basics basics) {
    return new Endpoints(
        new NodeRoutes(basics.ready()).endpoints(bodies),
        new WeirError.NotFound(
            "not_a_gateway",
            "This node is no gateway: ask one whose weir.roles has 'gateway'. Here are"
                + " /health/live, /health/ready and /metrics."));
  }

  /** Everything that a gateway serves; {@code openapi.json} describes each of them. */
  static Endpoints endpoints(
      Bodies bodies,
      HttpSettings settings,
      Basics basics,
      Services services,
      Sockets sockets,
      Completions completions) {
    ItemReader items = new ItemReader(basics.ulid()::next);
    ResponseRequestReader requests = new ResponseRequestReader(items);
    ChatRequestReader chats = new ChatRequestReader(new MessageReader(items, basics.ulid()::next));
    List<Endpoint> all = new ArrayList<>();
    ResponseRoutes responses =
        new ResponseRoutes(services.responses(), services.offer(), requests, sockets, settings);
    all.addAll(responses.endpoints(bodies));
    all.addAll(new ChatRoutes(completions, services.offer(), chats, settings).endpoints(bodies));
    all.addAll(new EmbeddingRoutes(services.embeddings(), services.offer()).endpoints(bodies));
    all.addAll(new ConversationRoutes(services.conversations(), items).endpoints(bodies));
    all.addAll(new UsageRoutes(services.budgets()).endpoints(bodies));
    all.addAll(new SummaryRoutes(responses, new SummaryRequestReader(requests)).endpoints(bodies));
    all.addAll(new PipelineRoutes(services.pipelines()).endpoints(bodies));
    all.addAll(new ModelRoutes(services.offer(), Instant.now()).endpoints(bodies));
    all.addAll(new NodeRoutes(basics.ready()).endpoints(bodies));
    all.add(NodeRoutes.document(bodies));
    return new Endpoints(
        all,
        new WeirError.NotFound(
            "no_such_route", "No such endpoint; GET /openapi.json lists what there is."));
  }

  private static Sockets sockets(
      ActorSystem<?> system, HttpSettings settings, Basics basics, Services services) {
    return new Sockets(
        system,
        services.responses(),
        new ResponseRequestReader(new ItemReader(basics.ulid()::next)),
        services.offer(),
        new Sockets.Limits(
            settings.maxBody(), settings.keepAlive(), settings.socketLifetime(), WAITING_TURNS));
  }
}
