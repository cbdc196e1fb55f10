package dev.weir.gateway.admin;

import dev.weir.gateway.http.Answers;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.change.CatalogClient;
import dev.weir.inference.change.CatalogDesk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code /admin/catalog}, {@code /admin/deployments/{name}} and {@code /admin/models/{name}}:
 * models and deployments as they stand, and changes of them for the whole cluster.
 */
public final class CatalogAdmin {

  private static final int PAGE = 50;

  private final CatalogView view;
  private final CatalogClient client;
  private final ShadowSums shadows;
  private final Warmth warmth;

  public CatalogAdmin(ActorSystem<?> system, CatalogView view, CatalogClient client) {
    this.view = view;
    this.client = client;
    this.shadows = new ShadowSums(system);
    this.warmth = new Warmth(system);
  }

  CompletionStage<HttpResponse> models() {
    CatalogView.Standing standing = view.standing();
    boolean any = standing.catalog().models().stream().anyMatch(model -> model.shadow() != null);
    CompletionStage<ShadowSums.Gathered> gathered =
        any ? shadows.gather() : CompletableFuture.completedFuture(ShadowSums.Gathered.NONE);
    return gathered.thenCombine(
        warmth.all(),
        (seen, warm) ->
            tagged(Answers.json(CatalogWriter.models(standing, seen, warm)), standing.version()));
  }

  CompletionStage<HttpResponse> catalog() {
    return told(CatalogWriter.catalog(view.standing()));
  }

  private CompletionStage<HttpResponse> told(ByteString body) {
    return CompletableFuture.completedFuture(tagged(Answers.json(body), view.standing().version()));
  }

  /** One entry as it is in force. */
  CompletionStage<HttpResponse> entry(Section section, String name) {
    CatalogView.Standing standing = view.standing();
    if (!standing.catalog().has(section, name)) {
      throw Changes.unknown(section, name);
    }
    return told(CatalogWriter.entry(standing, section, name));
  }

  CompletionStage<HttpResponse> put(
      Section section, String name, HttpRequest request, String body) {
    return stored(client.put(section, name, body, terms(request)));
  }

  CompletionStage<HttpResponse> delete(Section section, String name, HttpRequest request) {
    return stored(client.remove(section, name, terms(request)));
  }

  CompletionStage<HttpResponse> rollBack(HttpRequest request, String body) {
    Fields fields = Fields.of(Json.readObject(body.getBytes(StandardCharsets.UTF_8)));
    fields.onlyKnows(List.of("version", "note"));
    @Nullable Integer version = fields.integer("version", 0, Integer.MAX_VALUE);
    if (version == null) {
      throw fields.error("version", "Missing required parameter: 'version'.");
    }
    Changes.Terms terms =
        new Changes.Terms(PreconditionReader.expected(request), fields.string("note", ""));
    return stored(client.rollBack(version, terms));
  }

  CompletionStage<HttpResponse> versions(HttpRequest request) {
    long newest = PreconditionReader.number(request, "before", Long.MAX_VALUE) - 1;
    return client
        .history(newest, PAGE)
        .thenApply(history -> Answers.json(CatalogWriter.versions(history.versions())));
  }

  CompletionStage<HttpResponse> version(long number) {
    return client
        .history(number, 1)
        .thenApply(
            history ->
                Answers.json(
                    CatalogWriter.version(
                        history.versions().stream()
                            .filter(version -> version.number() == number)
                            .findFirst()
                            .orElseThrow(() -> Changes.unknown(number)),
                        history.changes())));
  }

  private static Changes.Terms terms(HttpRequest request) {
    return new Changes.Terms(
        PreconditionReader.expected(request), request.getUri().query().get("note").orElse(""));
  }

  private static CompletionStage<HttpResponse> stored(CompletionStage<CatalogDesk.Stored> stored) {
    return stored.thenApply(
        done -> tagged(Answers.json(CatalogWriter.stored(done)), done.version().number()));
  }

  private static HttpResponse tagged(HttpResponse answer, long version) {
    return answer.addHeader(RawHeader.create("ETag", "\"" + version + "\""));
  }
}
