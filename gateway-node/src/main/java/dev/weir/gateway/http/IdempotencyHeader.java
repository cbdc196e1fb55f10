package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.BodyDigest;
import dev.weir.gateway.json.Fields;
import dev.weir.orchestrator.run.IdempotencyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header), as it is sent,
 * quotes and all: a request that is sent again with it is the same request.
 */
final class IdempotencyHeader {

  private static final String NAME = "Idempotency-Key";
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private IdempotencyHeader() {}

  /** The request's key, and by what its body is known; null when it has none. */
  static @Nullable IdempotencyKey of(RequestContext context, Fields body) {
    List<String> values = new ArrayList<>(1);
    for (HttpHeader header : context.request().getHeaders()) {
      if (header.is("idempotency-key")) {
        values.add(header.value());
      }
    }
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1 || !KEY.matcher(values.getFirst()).matches()) {
      throw invalid().asException();
    }
    return new IdempotencyKey(
        values.getFirst(), BodyDigest.of(context.request().getUri().path(), body));
  }

  /** The same answer, telling its key and whether an earlier request made it. */
  static HttpResponse mark(HttpResponse answer, @Nullable IdempotencyKey key, boolean replayed) {
    if (key == null) {
      return answer;
    }
    HttpResponse marked = answer.addHeader(RawHeader.create(NAME, key.key()));
    return replayed ? marked.addHeader(RawHeader.create("Idempotent-Replayed", "true")) : marked;
  }

  private static WeirError invalid() {
    return new WeirError.InvalidRequest(
        "invalid_idempotency_key",
        "The header Idempotency-Key must be one value of 1 to 255 visible ASCII characters.",
        NAME);
  }
}
