package dev.weir.gateway.http;

import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.chat.ChatRequest;
import dev.weir.gateway.chat.ChatRequestReader;
import dev.weir.gateway.chat.Completions;
import dev.weir.gateway.json.Fields;
import dev.weir.orchestrator.run.IdempotencyKey;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/chat/completions}. */
final class ChatRoutes {

  private final Completions completions;
  private final Offer offer;
  private final ChatRequestReader reader;
  private final HttpSettings settings;

  ChatRoutes(
      Completions completions, Offer offer, ChatRequestReader reader, HttpSettings settings) {
    this.completions = completions;
    this.offer = offer;
    this.reader = reader;
    this.settings = settings;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.POST, "/v1/chat/completions", bodies.json(this::create)));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    ChatRequest request = reader.read(body).map(asked -> RequestTimeout.of(context, asked));
    IdempotencyKey key = IdempotencyHeader.of(context, body);
    offer.check(context.caller(), request.request());
    Completions.Question question =
        new Completions.Question(context.caller(), request, context.trace(), key);
    return request.stream()
        ? completions.stream(question)
            .thenApply(
                chunks ->
                    IdempotencyHeader.mark(
                        Answers.limited(
                            ServerSentEvents.stream(
                                chunks.body().map(ServerSentEvents::data), settings.keepAlive()),
                            chunks.limits()),
                        key,
                        chunks.replayed()))
        : completions
            .whole(question, context.gone())
            .thenApply(
                whole ->
                    IdempotencyHeader.mark(
                        Answers.limited(Answers.json(whole.body()), whole.limits()),
                        key,
                        whole.replayed()));
  }
}
