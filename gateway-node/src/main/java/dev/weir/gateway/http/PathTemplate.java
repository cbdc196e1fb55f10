package dev.weir.gateway.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path such as {@code /v1/responses/{id}}. A last part {@code {name*}} takes all that is left of
 * a path, slashes included.
 */
record PathTemplate(List<String> parts) {

  PathTemplate {
    parts = List.copyOf(parts);
  }

  static PathTemplate of(String text) {
    return new PathTemplate(List.of(text.substring(1).split("/")));
  }

  /** What the path's parts are, by name; empty when it is another path. */
  Optional<Map<String, String>> match(List<String> segments) {
    boolean open = !parts.isEmpty() && parts.getLast().endsWith("*}");
    if (open ? segments.size() < parts.size() : segments.size() != parts.size()) {
      return Optional.empty();
    }
    Map<String, String> named = new LinkedHashMap<>();
    for (int at = 0; at < parts.size(); at++) {
      String part = parts.get(at);
      if (!part.startsWith("{")) {
        if (!part.equals(segments.get(at))) {
          return Optional.empty();
        }
      } else if (part.endsWith("*}")) {
        named.put(name(part), String.join("/", segments.subList(at, segments.size())));
      } else {
        named.put(name(part), segments.get(at));
      }
    }
    return Optional.of(named);
  }

  private static String name(String part) {
    return part.substring(1, part.length() - (part.endsWith("*}") ? 2 : 1));
  }

  /** The template as logs and the OpenAPI document write it. */
  @Override
  public String toString() {
    return "/" + String.join("/", parts).replace("*}", "}");
  }
}
