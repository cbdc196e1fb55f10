package dev.weir.gateway.socket;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.Caller;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ws.BinaryMessage;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.TextMessage;
import org.apache.pekko.http.javadsl.model.ws.WebSocketUpgrade;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;

/** Serves responses over WebSockets. Thread safe. */
public final class Sockets {

  /**
   * What a socket may cost.
   *
   * @param maxMessage the longest message, in bytes; also the most that may wait together, and the
   *     most it keeps to be continued
   * @param keepAlive how long it may be silent before it is pinged
   * @param lifetime how long it may be open
   * @param queue how many turns may wait for the running one
   */
  public record Limits(long maxMessage, Duration keepAlive, Duration lifetime, int queue) {}

  private static final int REMEMBERED = 16;

  private final ActorSystem<?> system;
  private final Responses responses;
  private final MessageParser parser;
  private final Offer offer;
  private final Limits limits;
  private final SocketUpgrade upgrades;
  private final OpenSockets open = new OpenSockets();

  public Sockets(
      ActorSystem<?> system,
      Responses responses,
      ResponseRequestReader requests,
      Offer offer,
      Limits limits) {
    this.system = system;
    this.responses = responses;
    this.parser = new MessageParser(requests);
    this.offer = offer;
    this.limits = limits;
    this.upgrades = new SocketUpgrade(system, limits.keepAlive());
  }

  /** Opens the socket that was asked for. */
  public HttpResponse open(WebSocketUpgrade upgrade, Caller caller, TraceContext trace) {
    AtomicReference<Close> close = new AtomicReference<>();
    SocketStage stage =
        new SocketStage(
            new TurnRunner(system, responses, offer, new TurnRunner.Client(caller, trace)),
            limits,
            new Memory(REMEMBERED, limits.maxMessage()),
            open,
            close);
    Flow<Message, Message, NotUsed> flow =
        Flow.of(Message.class)
            .mapAsync(1, this::read)
            .via(stage)
            .map(json -> TextMessage.create(json.utf8String()));
    return upgrades.accept(upgrade, flow, close::get);
  }

  /** Closes every socket once its turns are done; completes when none is open. */
  public CompletionStage<Done> drain() {
    return open.drain();
  }

  private CompletionStage<ClientMessage> read(Message message) {
    if (!message.isText()) {
      BinaryMessage binary = message.asBinaryMessage();
      return binary.isStrict()
          ? CompletableFuture.completedFuture(MessageParser.binary())
          : binary
              .getStreamedData()
              .runWith(Sink.ignore(), system)
              .thenApply(read -> MessageParser.binary());
    }
    TextMessage text = message.asTextMessage();
    if (text.isStrict()) {
      return CompletableFuture.completedFuture(parse(text.getStrictText()));
    }
    StringBuilder whole = new StringBuilder();
    return text.getStreamedText()
        .takeWhile(part -> whole.length() + part.length() <= limits.maxMessage(), true)
        .runFold(whole, StringBuilder::append, system)
        .thenApply(all -> parse(all.toString()));
  }

  private ClientMessage parse(String text) {
    return text.length() > limits.maxMessage() ? new ClientMessage.TooLarge() : parser.parse(text);
  }
}
