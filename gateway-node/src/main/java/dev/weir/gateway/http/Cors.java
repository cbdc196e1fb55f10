package dev.weir.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Lets web pages of listed origins call (WHATWG Fetch, section 3.2). Others get their answers
 * without a word that would let a browser show them.
 */
final class Cors {

  private static final String EXPOSED =
      "x-request-id, retry-after, idempotency-key, idempotent-replayed, " + RateLimitHeaders.NAMES;
  private static final String REMEMBER_SECONDS = "600";

  private final List<String> origins;

  Cors(List<String> origins) {
    this.origins = origins;
  }

  /** Whether pages of this origin may call. */
  boolean allows(String origin) {
    return origins.contains("*") || origins.contains(origin);
  }

  /** What a browser, or anybody, may do at a path that serves {@code methods}. */
  HttpResponse options(HttpRequest request, List<HttpMethod> methods) {
    String names =
        methods.stream().map(HttpMethod::value).distinct().collect(Collectors.joining(", "))
            + ", OPTIONS";
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(RawHeader.create("Allow", names));
    if (origin(request).isPresent()) {
      headers.add(RawHeader.create("Access-Control-Allow-Methods", names));
      request
          .getHeader("Access-Control-Request-Headers")
          .ifPresent(
              asked ->
                  headers.add(RawHeader.create("Access-Control-Allow-Headers", asked.value())));
      headers.add(RawHeader.create("Access-Control-Max-Age", REMEMBER_SECONDS));
    }
    return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT).addHeaders(headers);
  }

  /** Adds what tells a browser that the page may see the answer. */
  HttpResponse mark(HttpRequest request, HttpResponse response) {
    if (origins.isEmpty()) {
      return response;
    }
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(RawHeader.create("Vary", "Origin"));
    origin(request)
        .ifPresent(
            origin -> {
              headers.add(RawHeader.create("Access-Control-Allow-Origin", origin));
              headers.add(RawHeader.create("Access-Control-Expose-Headers", EXPOSED));
            });
    return response.addHeaders(headers);
  }

  private Optional<String> origin(HttpRequest request) {
    return request.getHeader("Origin").map(HttpHeader::value).filter(this::allows);
  }
}
