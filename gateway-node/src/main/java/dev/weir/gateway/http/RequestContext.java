package dev.weir.gateway.http;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.response.Caller;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * What every handler knows of its request.
 *
 * @param parts what the path's template names
 * @param gone completes when the client closes its connection before it has its answer
 */
record RequestContext(
    String requestId,
    Caller caller,
    TraceContext trace,
    HttpRequest request,
    Map<String, String> parts,
    CompletionStage<Done> gone) {

  /** A part of the path that the template names. */
  String part(String name) {
    return parts.getOrDefault(name, "");
  }

  Optional<String> query(String name) {
    return request.getUri().query().get(name);
  }
}
