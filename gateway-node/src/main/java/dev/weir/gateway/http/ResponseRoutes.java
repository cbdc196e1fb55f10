package dev.weir.gateway.http;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.json.ResponseWriter;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /v1/responses}. */
final class ResponseRoutes {

  private final Entrance entrance;
  private final Responses responses;
  private final ResponseRequestReader reader;
  private final HttpSettings settings;

  ResponseRoutes(
      Entrance entrance, Responses responses, ResponseRequestReader reader, HttpSettings settings) {
    this.entrance = entrance;
    this.responses = responses;
    this.reader = reader;
    this.settings = settings;
  }

  Route routes() {
    return Directives.concat(
        Directives.pathEndOrSingleSlash(
            () -> Directives.post(() -> entrance.handleJson(this::create))),
        Directives.path(
            segment(),
            id -> Directives.get(() -> Directives.parameterMap(query -> retrieve(id, query::get)))),
        Directives.path(
            segment().slash("cancel"),
            id ->
                Directives.post(
                    () ->
                        entrance.handle(
                            context ->
                                responses
                                    .cancel(context.caller(), id)
                                    .thenApply(r -> Answers.json(ResponseWriter.body(r)))))));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    ResponseRequest request = reader.read(body);
    if (body.bool("stream", false)) {
      return responses
          .start(context.caller(), request, context.trace(), 0)
          .thenApply(started -> stream(started));
    }
    return responses
        .start(context.caller(), request, context.trace(), Responses.LAST)
        .thenCompose(
            started ->
                request.background()
                    ? responses.retrieve(context.caller(), started.id().toString())
                    : responses.ended(started))
        .thenApply(response -> Answers.json(ResponseWriter.body(response)));
  }

  private HttpResponse stream(Responses.Started started) {
    return ServerSentEvents.responseEvents(started.events(), settings.keepAlive());
  }

  private Route retrieve(String id, java.util.function.Function<String, String> query) {
    return entrance.handle(
        context -> {
          if (!"true".equals(query.apply("stream"))) {
            return responses
                .retrieve(context.caller(), id)
                .thenApply(response -> Answers.json(ResponseWriter.body(response)));
          }
          long after = startingAfter(Optional.ofNullable(query.apply("starting_after")));
          return responses.resume(context.caller(), id, after + 1).thenApply(this::stream);
        });
  }

  private static long startingAfter(Optional<String> value) {
    try {
      return value.map(Long::parseLong).orElse(-1L);
    } catch (NumberFormatException malformed) {
      throw new dev.weir.cluster.error.WeirError.InvalidRequest(
              "invalid_value",
              "Invalid value: '%s' for 'starting_after'; expected a sequence number."
                  .formatted(value.orElse("")),
              "starting_after")
          .asException();
    }
  }
}
