package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.json.Json;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.generation.Flights;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Query;

/**
 * {@code /admin/cache}: what all inference nodes of the cluster keep, and how to make them forget
 * it. A node that does not answer fails the request: what it keeps is not known.
 */
final class Caches {

  private static final Duration WITHIN = Duration.ofSeconds(5);
  private static final Set<String> KNOWN = Set.of("key", "model", "tag");

  private final Survey survey;

  Caches(ActorSystem<?> system) {
    this.survey = new Survey(system, WITHIN);
  }

  CompletionStage<HttpResponse> show() {
    return askAll(Flights.Survey::new).thenApply(Caches::census);
  }

  CompletionStage<HttpResponse> forget(Query query) {
    Selection selection = selection(query.toMap());
    return this.<Flights.Forgotten>askAll(replyTo -> new Flights.Invalidate(selection, replyTo))
        .thenApply(Caches::forgotten);
  }

  private static Selection selection(Map<String, String> given) {
    boolean all = given.equals(Map.of("all", "true"));
    Selection selection =
        new Selection(
            given.getOrDefault("key", ""),
            given.getOrDefault("model", ""),
            given.getOrDefault("tag", ""));
    if (!all && (!KNOWN.containsAll(given.keySet()) || selection.isAll())) {
      throw unselected();
    }
    return selection;
  }

  private static RuntimeException unselected() {
    return new WeirError.InvalidRequest(
            "invalid_value",
            "Say what to forget: ?key=, ?model=, ?tag=, several of which narrow it, or ?all=true.",
            null)
        .asException();
  }

  private <R> CompletionStage<List<R>> askAll(Function<ActorRef<R>, Flights.Command> question) {
    return survey
        .of(Flights.KEY, question)
        .thenCompose(
            answers ->
                answers.values().stream().allMatch(Optional::isPresent)
                    ? CompletableFuture.completedFuture(
                        answers.values().stream().map(Optional::orElseThrow).toList())
                    : CompletableFuture.failedFuture(unanswered(answers.size()).asException()));
  }

  private static WeirError unanswered(int nodes) {
    return new WeirError.Unavailable(
        "cache_unanswered",
        "Not all of " + nodes + " inference nodes have answered; try again.",
        Duration.ofSeconds(5));
  }

  /** What a silent store still has comes back with it. */
  private static HttpResponse forgotten(List<Flights.Forgotten> answers) {
    if (answers.stream().anyMatch(Flights.Forgotten::storeSilent)) {
      throw new WeirError.Unavailable(
              "cache_store_unanswered",
              "The nodes have forgotten, but not all have reached Redis; try again.",
              Duration.ofSeconds(5))
          .asException();
    }
    return Answers.json(
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeNumberField("nodes", answers.size());
              json.writeNumberField(
                  "forgotten", answers.stream().mapToInt(Flights.Forgotten::kept).sum());
              json.writeNumberField(
                  "under_way", answers.stream().mapToInt(Flights.Forgotten::underWay).sum());
              json.writeEndObject();
            }));
  }

  private static HttpResponse census(List<Flights.Census> answers) {
    Map<String, AnswerCache.Count> models = new TreeMap<>();
    answers.forEach(
        answer ->
            answer
                .models()
                .forEach((model, count) -> models.merge(model, count, AnswerCache.Count::plus)));
    AnswerCache.Count all =
        models.values().stream().reduce(new AnswerCache.Count(0, 0, 0), AnswerCache.Count::plus);
    return Answers.json(
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeNumberField("nodes", answers.size());
              write(json, all);
              json.writeObjectFieldStart("models");
              for (Map.Entry<String, AnswerCache.Count> model : models.entrySet()) {
                json.writeObjectFieldStart(model.getKey());
                write(json, model.getValue());
                json.writeEndObject();
              }
              json.writeEndObject();
              json.writeEndObject();
            }));
  }

  private static void write(JsonGenerator json, AnswerCache.Count count) throws IOException {
    json.writeNumberField("entries", count.entries());
    json.writeNumberField("bytes", count.bytes());
    json.writeNumberField("hits", count.hits());
  }
}
