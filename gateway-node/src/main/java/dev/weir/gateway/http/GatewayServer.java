package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.response.Responses;
import dev.weir.inference.catalog.Catalog;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

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
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bind(routes(system, settings, services));
  }

  private static Route routes(ActorSystem<?> system, HttpSettings settings, Services services) {
    Entrance entrance = new Entrance(system, settings, services.callers(), services.ulid());
    ItemReader items = new ItemReader(services.ulid()::next);
    ResponseRoutes responses =
        new ResponseRoutes(
            entrance, services.responses(), new ResponseRequestReader(items), settings);
    ModelRoutes models = new ModelRoutes(entrance, services.catalog(), Instant.now());
    return Directives.concat(
        Directives.pathPrefix(
            "v1",
            () ->
                Directives.concat(
                    Directives.pathPrefix("responses", responses::routes),
                    Directives.pathPrefix("models", models::routes))),
        Directives.pathPrefix("health", () -> health(services.ready())),
        Directives.complete(
            Answers.error(
                new WeirError.NotFound(
                    "no_such_route", "No such endpoint; GET /openapi.json lists what there is."))));
  }

  private static Route health(BooleanSupplier ready) {
    return Directives.concat(
        Directives.path(
            "live", () -> Directives.complete(HttpResponse.create().withEntity("ok\n"))),
        Directives.path(
            "ready",
            () ->
                Directives.complete(
                    ready.getAsBoolean()
                        ? HttpResponse.create().withEntity("ready\n")
                        : HttpResponse.create()
                            .withStatus(StatusCodes.SERVICE_UNAVAILABLE)
                            .withEntity("not ready\n"))));
  }
}
