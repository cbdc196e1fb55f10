package dev.weir.gateway.admin;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.store.Changes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Reads numbers of a request that are not in its body. */
final class PreconditionReader {

  private PreconditionReader() {}

  /** The version in {@code If-Match}, an {@code ETag} of ours; any where there is none. */
  static long expected(HttpRequest request) {
    String tag = request.getHeader("If-Match").map(HttpHeader::value).orElse("*").strip();
    return tag.equals("*") ? Changes.ANY : number("If-Match", tag.replaceAll("^(W/)?\"|\"$", ""));
  }

  /** A parameter of the query. */
  static long number(HttpRequest request, String parameter, long fallback) {
    return request
        .getUri()
        .query()
        .get(parameter)
        .map(text -> number(parameter, text))
        .orElse(fallback);
  }

  private static long number(String name, String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException none) {
      throw new WeirError.InvalidRequest(
              "invalid_value",
              "Invalid value: '" + text + "' for " + name + "; write a version.",
              name)
          .asException();
    }
  }
}
