package dev.weir.gateway.http;

import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.SummaryRequestReader;
import dev.weir.gateway.json.SummaryWriter;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /v1/summarize}: the pipeline of that name in one call. Streamed it is the response's own
 * events; else one object with the summary's text. Either way it is a response like any other: its
 * id can be read, resumed and cancelled under {@code /v1/responses}.
 */
final class SummaryRoutes {

  private final ResponseRoutes responses;
  private final SummaryRequestReader reader;

  SummaryRoutes(ResponseRoutes responses, SummaryRequestReader reader) {
    this.responses = responses;
    this.reader = reader;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(Endpoint.of(HttpMethods.POST, "/v1/summarize", bodies.json(this::create)));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    return responses.run(context, body, reader.read(body), SummaryWriter::body);
  }
}
