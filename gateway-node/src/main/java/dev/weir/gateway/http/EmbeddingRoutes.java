package dev.weir.gateway.http;

import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.embedding.Embeddings;
import dev.weir.gateway.json.EmbeddingRequest;
import dev.weir.gateway.json.EmbeddingRequestReader;
import dev.weir.gateway.json.EmbeddingWriter;
import dev.weir.gateway.json.Fields;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** {@code /v1/embeddings}. */
final class EmbeddingRoutes {

  /** Bytes of vectors beyond which the answer is written as it is read. */
  private static final long WHOLE = 256 * 1024;

  private final Embeddings embeddings;
  private final Offer offer;

  EmbeddingRoutes(Embeddings embeddings, Offer offer) {
    this.embeddings = embeddings;
    this.offer = offer;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(Endpoint.of(HttpMethods.POST, "/v1/embeddings", bodies.json(this::create)));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    EmbeddingRequest request = EmbeddingRequestReader.read(body);
    offer.checkEmbeddings(context.caller(), request.model());
    return embeddings
        .make(context.caller(), request.model(), request.call(), context.trace(), context.gone())
        .thenApply(made -> Answers.limited(answer(request, made), made.limits()));
  }

  private static HttpResponse answer(EmbeddingRequest request, Embeddings.Made made) {
    long size = made.vectors().all().stream().mapToLong(ByteString::size).sum();
    return size <= WHOLE
        ? Answers.json(EmbeddingWriter.whole(parts(request, made)))
        : HttpResponse.create()
            .withEntity(
                HttpEntities.createChunked(
                    ContentTypes.APPLICATION_JSON,
                    Source.fromIterator(() -> parts(request, made).iterator())));
  }

  private static Stream<ByteString> parts(EmbeddingRequest request, Embeddings.Made made) {
    return EmbeddingWriter.parts(request, made.vectors(), made.tokens());
  }
}
