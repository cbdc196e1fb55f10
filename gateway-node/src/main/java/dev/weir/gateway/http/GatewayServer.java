package dev.weir.gateway.http;

import dev.weir.cluster.id.Ulid;
import dev.weir.gateway.budget.Budgets;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.chat.ChatRequestReader;
import dev.weir.gateway.chat.Completions;
import dev.weir.gateway.chat.MessageReader;
import dev.weir.gateway.conversation.Conversations;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.json.SummaryRequestReader;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.socket.Sockets;
import dev.weir.inference.catalog.Catalog;
import dev.weir.orchestrator.pipeline.Pipelines;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;

/** The public HTTP server of a gateway node. */
public final class GatewayServer {

  private static final int WAITING_TURNS = 16;

  private GatewayServer() {}

  /**
   * What the server serves.
   *
   * @param ready whether this node can take requests now
   * @param inFlight counts what is being answered
   */
  public record Services(
      Callers callers,
      Responses responses,
      Conversations conversations,
      Budgets budgets,
      Catalog catalog,
      Pipelines pipelines,
      Ulid ulid,
      BooleanSupplier ready,
      InFlight inFlight) {}

  /** Binds and serves until the system ends. Refuses an open address without keys. */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, HttpSettings settings, Services services) {
    if (!services.callers().areKnown() && !settings.isLoopback()) {
      throw new IllegalArgumentException(
          "weir.http.host = "
              + settings.host()
              + " is open to others, but no keys are configured: set weir.keys or WEIR_API_KEY, or"
              + " listen on 127.0.0.1.");
    }
    Sockets sockets = sockets(system, settings, services);
    CoordinatedShutdown.get(system)
        .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain-sockets", sockets::drain);
    Bodies bodies = new Bodies(system, settings.maxBody());
    Completions completions = new Completions(system, services.responses());
    Entrance entrance =
        new Entrance(
            endpoints(bodies, settings, services, sockets, completions),
            bodies,
            new Cors(settings.cors()),
            services);
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bindFlow(Connection.flow(entrance::serve));
  }

  /** Everything that is served; {@code openapi.json} describes each of them. */
  static Endpoints endpoints(
      Bodies bodies,
      HttpSettings settings,
      Services services,
      Sockets sockets,
      Completions completions) {
    ItemReader items = new ItemReader(services.ulid()::next);
    ResponseRequestReader requests = new ResponseRequestReader(items);
    ChatRequestReader chats =
        new ChatRequestReader(new MessageReader(items, services.ulid()::next));
    List<Endpoint> all = new ArrayList<>();
    ResponseRoutes responses =
        new ResponseRoutes(services.responses(), requests, sockets, settings);
    all.addAll(responses.endpoints(bodies));
    all.addAll(new ChatRoutes(completions, chats, settings).endpoints(bodies));
    all.addAll(new ConversationRoutes(services.conversations(), items).endpoints(bodies));
    all.addAll(new UsageRoutes(services.budgets()).endpoints(bodies));
    all.addAll(new SummaryRoutes(responses, new SummaryRequestReader(requests)).endpoints(bodies));
    all.addAll(new PipelineRoutes(services.pipelines()).endpoints(bodies));
    all.addAll(
        new ModelRoutes(services.catalog(), services.pipelines(), Instant.now()).endpoints(bodies));
    all.addAll(new NodeRoutes(services.ready()).endpoints(bodies));
    return new Endpoints(all);
  }

  private static Sockets sockets(ActorSystem<?> system, HttpSettings settings, Services services) {
    return new Sockets(
        system,
        services.responses(),
        new ResponseRequestReader(new ItemReader(services.ulid()::next)),
        name ->
            services.catalog().model(name).isPresent()
                || services.pipelines().model(name).isPresent(),
        new Sockets.Limits(
            settings.maxBody(), settings.keepAlive(), settings.socketLifetime(), WAITING_TURNS));
  }
}
