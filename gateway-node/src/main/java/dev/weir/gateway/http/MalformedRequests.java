package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers what is not HTTP. Pekko HTTP makes one from {@code
 * pekko.http.server.parsing.error-handler}.
 */
public final class MalformedRequests extends ParsingErrorHandler {

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
    WeirError error =
        new WeirError.InvalidRequest(
            "malformed_request", "This is not a valid HTTP request: " + info.summary(), null);
    return Answers.error(error)
        .withStatus(status)
        .addHeader(RawHeader.create("x-request-id", "unread"));
  }
}
