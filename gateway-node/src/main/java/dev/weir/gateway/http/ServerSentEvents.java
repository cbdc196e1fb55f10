package dev.weir.gateway.http;

import dev.weir.gateway.json.EventWriter;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Streams as server-sent events (WHATWG HTML, section 9.2). */
final class ServerSentEvents {

  private static final ByteString EVENT = ByteString.fromString("event: ");
  private static final ByteString DATA = ByteString.fromString("\ndata: ");
  private static final ByteString ONLY_DATA = ByteString.fromString("data: ");
  private static final ByteString END = ByteString.fromString("\n\n");
  private static final ByteString DONE = ByteString.fromString("data: [DONE]\n\n");
  private static final ByteString COMMENT = ByteString.fromString(": keep-alive\n\n");
  private static final long GATHERED = 16 * 1024;

  private static final List<HttpHeader> HEADERS =
      List.of(
          RawHeader.create("Cache-Control", "no-cache"),
          RawHeader.create("X-Accel-Buffering", "no"));

  private ServerSentEvents() {}

  /** A response's events, then {@code [DONE]}. */
  static HttpResponse responseEvents(Source<Numbered, NotUsed> events, Duration keepAlive) {
    return stream(events.map(ServerSentEvents::event), keepAlive);
  }

  /** Frames that are complete events already, then {@code [DONE]}. */
  static HttpResponse stream(Source<ByteString, NotUsed> frames, Duration keepAlive) {
    Source<ByteString, NotUsed> bytes =
        frames
            .concat(Source.single(DONE))
            .batchWeighted(
                GATHERED, frame -> (long) frame.size(), frame -> frame, ByteString::concat)
            .keepAlive(keepAlive, () -> COMMENT);
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), bytes))
        .addHeaders(HEADERS);
  }

  /** One event without a name. */
  static ByteString data(ByteString json) {
    return ONLY_DATA.concat(json).concat(END);
  }

  private static ByteString event(Numbered numbered) {
    return EVENT
        .concat(ByteString.fromString(EventWriter.type(numbered.event())))
        .concat(DATA)
        .concat(EventWriter.body(numbered))
        .concat(END);
  }
}
