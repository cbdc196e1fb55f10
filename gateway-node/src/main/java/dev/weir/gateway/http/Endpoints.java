package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;

/**
 * Everything this server serves, in one list. Immutable.
 *
 * @param otherwise what is said of any other path
 */
record Endpoints(List<Endpoint> all, WeirError otherwise) {

  Endpoints {
    all = List.copyOf(all);
  }

  /** What is found at a path. */
  sealed interface Match {}

  /** An endpoint, and what the path's parts are. */
  record Found(Endpoint endpoint, Map<String, String> parts) implements Match {}

  /** The path is known, but not with this method. */
  record OtherMethods(PathTemplate path, List<HttpMethod> allowed) implements Match {}

  /** Nothing, and how to say so. */
  record Nothing(WeirError error) implements Match {}

  /** Looks a path up; {@code HEAD} is answered wherever {@code GET} is. */
  Match match(HttpMethod method, List<String> segments) {
    HttpMethod wanted = method.equals(HttpMethods.HEAD) ? HttpMethods.GET : method;
    List<HttpMethod> others = new ArrayList<>();
    PathTemplate path = PathTemplate.of("/");
    for (Endpoint endpoint : all) {
      Optional<Map<String, String>> parts = endpoint.path().match(segments);
      if (parts.isEmpty()) {
        continue;
      }
      if (endpoint.method().equals(wanted)) {
        return new Found(endpoint, parts.get());
      }
      path = endpoint.path();
      others.add(endpoint.method());
    }
    return others.isEmpty() ? new Nothing(otherwise) : new OtherMethods(path, others);
  }
}
