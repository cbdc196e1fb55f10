package dev.weir.gateway.http;

import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.SummaryRequestReader;
import dev.weir.gateway.json.SummaryWriter;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.ResponseRequest;
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

  private final Responses responses;
  private final SummaryRequestReader reader;
  private final HttpSettings settings;

  SummaryRoutes(Responses responses, SummaryRequestReader reader, HttpSettings settings) {
    this.responses = responses;
    this.reader = reader;
    this.settings = settings;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(Endpoint.of(HttpMethods.POST, "/v1/summarize", bodies.json(this::create)));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    ResponseRequest request = reader.read(body);
    if (body.bool("stream", false)) {
      return responses
          .start(context.caller(), request, context.trace(), 0)
          .thenApply(
              started -> ServerSentEvents.responseEvents(started.events(), settings.keepAlive()));
    }
    return responses
        .start(context.caller(), request, context.trace(), Responses.LAST)
        .thenCompose(
            started ->
                request.background()
                    ? responses.retrieve(context.caller(), started.id().toString())
                    : responses.ended(started))
        .thenApply(response -> Answers.json(SummaryWriter.body(response)));
  }
}
