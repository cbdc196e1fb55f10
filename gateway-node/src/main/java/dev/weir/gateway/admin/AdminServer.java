package dev.weir.gateway.admin;

import static org.apache.pekko.http.javadsl.server.PathMatchers.longSegment;
import static org.apache.pekko.http.javadsl.server.PathMatchers.remaining;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.http.MetricsPage;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.provider.builtin.SimControl;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** The operators' HTTP server of a node. */
public final class AdminServer {

  private AdminServer() {}

  /**
   * What the server tells and does.
   *
   * @param simulated the levers of a simulated deployment; empty when it is not one
   * @param leave makes this node finish its work and go
   */
  public record Services(
      NodeStatus status,
      CatalogAdmin catalog,
      Function<String, Optional<SimControl>> simulated,
      Runnable leave) {}

  /** Binds and serves until the system ends. */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, AdminSettings settings, Services services) {
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .bind(routes(new AdminEntrance(system, settings), services, new Caches(system)));
  }

  private static Route routes(AdminEntrance entrance, Services services, Caches caches) {
    Faults faults = new Faults(services.simulated());
    return Directives.concat(
        Directives.pathPrefix(
            "admin",
            () ->
                Directives.concat(
                    get("status", () -> entrance.handle(services.status()::answer)),
                    Directives.path("cache", () -> cache(entrance, caches)),
                    catalog(entrance, services.catalog()),
                    Directives.path(
                        segment("nodes").slash("drain"),
                        () -> Directives.post(() -> entrance.handle(() -> drain(services)))),
                    Directives.path(
                        segment("faults").slash(remaining()),
                        name -> faults(entrance, faults, name)))),
        get("metrics", () -> Directives.complete(MetricsPage.answer())),
        Directives.complete(
            Answers.error(
                new WeirError.NotFound("no_such_route", "No such endpoint of the admin API."))));
  }

  private static Route catalog(AdminEntrance entrance, CatalogAdmin catalog) {
    return Directives.concat(
        get("models", () -> entrance.handle(catalog::models)),
        get("catalog", () -> entrance.handle(catalog::catalog)),
        Directives.path(
            segment("catalog").slash("versions"),
            () -> Directives.get(() -> entrance.handleText((r, body) -> catalog.versions(r)))),
        Directives.path(
            segment("catalog").slash("versions").slash(longSegment()),
            number -> Directives.get(() -> entrance.handle(() -> catalog.version(number)))),
        Directives.path(
            segment("catalog").slash("rollback"),
            () -> Directives.post(() -> entrance.handleText(catalog::rollBack))),
        entries(entrance, catalog, Section.DEPLOYMENTS),
        entries(entrance, catalog, Section.MODELS));
  }

  private static Route entries(AdminEntrance entrance, CatalogAdmin catalog, Section section) {
    return Directives.path(
        segment(section.path()).slash(remaining()),
        name ->
            Directives.concat(
                Directives.get(() -> entrance.handle(() -> catalog.entry(section, name))),
                Directives.put(
                    () -> entrance.handleText((r, body) -> catalog.put(section, name, r, body))),
                Directives.delete(
                    () -> entrance.handleText((r, body) -> catalog.delete(section, name, r)))));
  }

  private static Route get(String path, java.util.function.Supplier<Route> route) {
    return Directives.path(path, () -> Directives.get(route));
  }

  private static Route faults(AdminEntrance entrance, Faults faults, String name) {
    return Directives.concat(
        Directives.get(() -> entrance.handle(() -> faults.show(name))),
        Directives.put(() -> entrance.handleJson(fields -> faults.change(name, fields))));
  }

  private static Route cache(AdminEntrance entrance, Caches caches) {
    return Directives.concat(
        Directives.get(() -> entrance.handle(caches::show)),
        Directives.delete(
            () -> Directives.extractUri(uri -> entrance.handle(() -> caches.forget(uri.query())))));
  }

  private static CompletionStage<HttpResponse> drain(Services services) {
    services.leave().run();
    return CompletableFuture.completedFuture(
        HttpResponse.create().withStatus(StatusCodes.ACCEPTED).withEntity("draining\n"));
  }
}
