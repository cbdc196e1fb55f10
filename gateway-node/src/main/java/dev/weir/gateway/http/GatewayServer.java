package dev.weir.gateway.http;

import dev.weir.cluster.id.Ulid;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.chat.ChatRequestReader;
import dev.weir.gateway.chat.Completions;
import dev.weir.gateway.chat.MessageReader;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.socket.Sockets;
import dev.weir.inference.catalog.Catalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;

/** The public HTTP server of a gateway node. */
public final class GatewayServer {

  private GatewayServer() {}

  /**
   * What the server serves.
   *
   * @param ready whether this node can take requests now
   */
  public record Services(
      Callers callers, Responses responses, Catalog catalog, Ulid ulid, BooleanSupplier ready) {}

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
    Bodies bodies = new Bodies(system, settings.maxBody());
    Entrance entrance =
        new Entrance(
            endpoints(system, bodies, settings, services),
            bodies,
            services.callers(),
            new Cors(settings.cors()),
            services.ulid());
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bindFlow(Connection.flow(entrance::serve));
  }

  /** Everything that is served. */
  static Endpoints endpoints(
      ActorSystem<?> system, Bodies bodies, HttpSettings settings, Services services) {
    ItemReader items = new ItemReader(services.ulid()::next);
    ResponseRequestReader requests = new ResponseRequestReader(items);
    Sockets sockets =
        new Sockets(
            system,
            services.responses(),
            requests,
            name -> services.catalog().model(name).isPresent(),
            Sockets.Limits.of(settings.maxBody(), settings.keepAlive()));
    List<Endpoint> all = new ArrayList<>();
    all.addAll(
        new ResponseRoutes(services.responses(), requests, sockets, settings).endpoints(bodies));
    all.addAll(
        new ChatRoutes(
                new Completions(system, services.responses()),
                new ChatRequestReader(new MessageReader(items, services.ulid()::next)),
                settings)
            .endpoints(bodies));
    all.addAll(new ModelRoutes(services.catalog(), Instant.now()).endpoints(bodies));
    all.addAll(new NodeRoutes(services.ready()).endpoints(bodies));
    return new Endpoints(all);
  }
}
