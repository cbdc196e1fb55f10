package dev.weir.gateway.socket;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.impl.engine.ws.FrameEvent;
import org.apache.pekko.http.impl.engine.ws.FrameEventOrError;
import org.apache.pekko.http.impl.engine.ws.FrameHandler;
import org.apache.pekko.http.impl.engine.ws.FrameStart;
import org.apache.pekko.http.impl.engine.ws.UpgradeToWebSocketLowLevel;
import org.apache.pekko.http.impl.engine.ws.WebSocket;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.WebSocketUpgrade;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.http.scaladsl.settings.WebSocketSettings;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Answers an upgrade with a flow of messages and a close code of its own choice. Pekko HTTP lets
 * nobody choose the code, so this puts its layers together itself, with one more that does: the
 * only place that knows its insides.
 */
final class SocketUpgrade {

  private static final FiniteDuration CLOSE_WITHIN = FiniteDuration.apply(3, TimeUnit.SECONDS);

  private final WebSocketSettings settings;
  private final LoggingAdapter log;

  SocketUpgrade(ActorSystem<?> system, Duration keepAlive) {
    this.settings =
        (WebSocketSettings)
            ServerSettings.create(system.classicSystem())
                .getWebsocketSettings()
                .withPeriodicKeepAliveMaxIdle(keepAlive);
    this.log = Logging.getLogger(system.classicSystem(), SocketUpgrade.class);
  }

  /**
   * The answer that opens the socket.
   *
   * @param close asked when the flow has ended; null for a usual end
   */
  HttpResponse accept(
      WebSocketUpgrade upgrade,
      Flow<Message, Message, NotUsed> flow,
      Supplier<@Nullable Close> close) {
    var frames =
        new BidiFlow<>(WebSocket.masking(true, settings.randomFactory()))
            .atop(
                BidiFlow.fromFlows(
                    Flow.of(FrameEventOrError.class),
                    Flow.of(FrameStart.class).map(start -> (FrameEvent) start)))
            .atop(new BidiFlow<>(WebSocket.frameHandling(true, CLOSE_WITHIN, log)))
            .atop(new BidiFlow<>(WebSocket.periodicKeepAlive(settings)))
            .atop(closing(close))
            .atop(new BidiFlow<>(WebSocket.messageAPI(true, CLOSE_WITHIN)))
            .join(
                Flow.of(org.apache.pekko.http.scaladsl.model.ws.Message.class)
                    .map(message -> (Message) message)
                    .via(flow)
                    .map(Message::asScala));
    return ((UpgradeToWebSocketLowLevel) upgrade)
        .handleFrames(frames.asScala().mapMaterializedValue(used -> used), Option.empty());
  }

  /** Lets the end of the flow say why. A client that closed first gets its own code back. */
  private static BidiFlow<FrameHandler.Output, FrameHandler.Output, Object, Object, NotUsed>
      closing(Supplier<@Nullable Close> close) {
    return BidiFlow.fromFlows(
        Flow.of(FrameHandler.Output.class),
        Flow.of(Object.class)
            .mapConcat(
                out -> {
                  Close reason =
                      out == FrameHandler.UserHandlerCompleted$.MODULE$ ? close.get() : null;
                  return reason == null
                      ? List.of(out)
                      : List.of(
                          new FrameHandler.ActivelyCloseWithCode(
                              Option.apply(reason.code()), reason.reason()),
                          out);
                }));
  }
}
