package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.FutureConverters;

/**
 * Runs one socket's turns.
 *
 * <p>Idle → Starting on a turn; Starting → Streaming when its response exists, or Idle when it is
 * refused; Streaming → Idle after its last event. Turns that come meanwhile wait, up to a limit in
 * number and together in length. Messages are read at all times, so that a cancel is heard, unless
 * an answer to one still waits to be taken: nothing here grows with what the client sends or does
 * not read. Events are asked of the response only as the socket takes them.
 *
 * <p>Closing lets the turns finish that were accepted, except when a message was too large.
 */
final class SocketLogic extends TimerGraphStageLogic implements InHandler, OutHandler {

  private final Inlet<ClientMessage> in;
  private final Outlet<ByteString> out;
  private final TurnRunner runner;
  private final Sockets.Limits limits;
  private final Memory memory;
  private final OpenSockets open;
  private final AtomicReference<Close> close;

  private final AsyncCallback<Begun> begun = createAsyncCallback(this::onBegun);
  private final AsyncCallback<Prepared> prepared = createAsyncCallback(this::onPrepared);
  private final AsyncCallback<WeirError> failed = createAsyncCallback(this::onCancelFailed);
  private final AsyncCallback<Close> closed = createAsyncCallback(this::closeGently);

  private final Deque<Turn> waiting = new ArrayDeque<>();
  private final Deque<ByteString> says = new ArrayDeque<>();
  private @Nullable Current current;
  private boolean lastWordSaid;

  /** The turn under way. */
  private static final class Current {
    private final Turn turn;
    private final ResponseRequest request;
    private @Nullable String id;
    private @Nullable SubInlet events;
    private boolean cancelled;

    Current(Turn turn, ResponseRequest request) {
      this.turn = turn;
      this.request = request;
    }
  }

  private record Begun(
      Current of, Responses.@Nullable Started started, @Nullable Throwable failure) {}

  private record Prepared(Current of, @Nullable Response response, @Nullable Throwable failure) {}

  SocketLogic(
      FlowShape<ClientMessage, ByteString> shape,
      TurnRunner runner,
      Sockets.Limits limits,
      Memory memory,
      OpenSockets open,
      AtomicReference<Close> close) {
    super(shape);
    this.in = shape.in();
    this.out = shape.out();
    this.runner = runner;
    this.limits = limits;
    this.memory = memory;
    this.open = open;
    this.close = close;
    setHandlers(in, out, this);
  }

  @Override
  public void preStart() {
    open.add(this, () -> closed.invoke(Close.DRAINING));
    scheduleOnce(Close.LIMIT, limits.lifetime());
    pull(in);
  }

  @Override
  public void postStop() {
    open.remove(this);
    if (current != null && current.events != null) {
      current.events.cancel();
    }
  }

  @Override
  public void onTimer(Object key) {
    closeGently(Close.LIMIT);
  }

  @Override
  public void onPush() {
    switch (grab(in)) {
      case ClientMessage.Create(Turn turn) -> onCreate(turn);
      case ClientMessage.Cancel cancel -> onCancel(cancel);
      case ClientMessage.Bad(WeirError error, String streamId) -> say(error, streamId);
      case ClientMessage.TooLarge tooLarge -> closeAtOnce(Close.TOO_LARGE);
    }
    proceed();
  }

  /** The client has gone without a word, or said what is no WebSocket. */
  @Override
  public void onUpstreamFailure(Throwable failure) {
    completeStage();
  }

  @Override
  public void onPull() {
    proceed();
  }

  private void onCreate(Turn turn) {
    Close closing = close.get();
    if (closing != null) {
      say(closing.error(), turn.streamId());
    } else if (waiting.size() >= limits.queue()) {
      say(queueFull("%d turns".formatted(limits.queue())), turn.streamId());
    } else if (waitingLength() + turn.length() > limits.maxMessage()) {
      say(queueFull("%d bytes of turns".formatted(waitingLength())), turn.streamId());
    } else {
      waiting.add(turn);
      startNext();
    }
  }

  private long waitingLength() {
    return waiting.stream().mapToLong(Turn::length).sum();
  }

  private static WeirError queueFull(String what) {
    return new WeirError.TooManyRequests(
        "too_many_turns",
        what + " wait on this connection already; send the next when one has ended.",
        Duration.ofSeconds(1));
  }

  private void onCancel(ClientMessage.Cancel cancel) {
    String id = cancel.responseId();
    String event = cancel.eventId();
    Current running = current;
    boolean meansRunning =
        running != null
            && (id != null ? id.equals(running.id) : event == null || named(running.turn, event));
    if (running != null && meansRunning) {
      running.cancelled = true;
      if (running.id != null) {
        cancel(running.id, true);
      }
    } else if (id != null) {
      cancel(id, false);
    } else if (event == null || !cancelWaiting(event)) {
      say(
          new WeirError.NotFound(
              "nothing_to_cancel", "No such turn runs or waits on this connection."),
          null);
    }
  }

  private boolean cancelWaiting(String event) {
    for (Iterator<Turn> turns = waiting.iterator(); turns.hasNext(); ) {
      Turn turn = turns.next();
      if (named(turn, event)) {
        turns.remove();
        say(
            new WeirError.Conflict("turn_cancelled", "The turn was cancelled before it began."),
            turn.streamId());
        return true;
      }
    }
    return false;
  }

  private static boolean named(Turn turn, String event) {
    return event.equals(turn.eventId());
  }

  /** One that runs here and is not found has just ended, and its end is on the way. */
  private void cancel(String id, boolean running) {
    runner
        .cancel(id)
        .whenComplete(
            (response, failure) -> {
              WeirError error = failure == null ? null : WeirError.of(failure);
              if (error != null && !(running && error instanceof WeirError.NotFound)) {
                failed.invoke(error);
              }
            });
  }

  private void onCancelFailed(WeirError error) {
    say(error, null);
    proceed();
  }

  /** Takes up the next turn when none is under way. */
  private void startNext() {
    if (current != null || waiting.isEmpty()) {
      return;
    }
    Turn turn = waiting.remove();
    Current next = new Current(turn, memory.expand(turn.request()).orElse(turn.request()));
    current = next;
    if (turn.generate()) {
      CompletionStage<Responses.Started> starting = runner.start(next.request);
      starting.whenComplete(
          (started, failure) ->
              FutureConverters.asJava(begun.invokeWithFeedback(new Begun(next, started, failure)))
                  .whenComplete((heard, gone) -> abandon(started, gone)));
    } else {
      runner
          .prepare(next.request)
          .whenComplete(
              (response, failure) -> prepared.invoke(new Prepared(next, response, failure)));
    }
  }

  private void abandon(Responses.@Nullable Started started, @Nullable Throwable gone) {
    if (gone != null && started != null) {
      runner.abandon(started);
    }
  }

  private void onBegun(Begun message) {
    Current of = message.of();
    if (message.started() == null) {
      refused(of, message.failure());
      return;
    }
    if (of != current) {
      runner.abandon(message.started());
      return;
    }
    of.id = message.started().id().toString();
    of.events = new SubInlet();
    message.started().events().runWith(of.events.sink(), subFusingMaterializer());
    of.events.pull();
    if (of.cancelled) {
      cancel(of.id, true);
    }
  }

  private void onPrepared(Prepared message) {
    Response response = message.response();
    if (response == null) {
      refused(message.of(), message.failure());
      return;
    }
    if (message.of() != current) {
      return;
    }
    Turn turn = message.of().turn;
    memory.remember(response, message.of().request);
    says.add(SocketWriter.event(new Numbered(0, new ResponseEvent.Created(response)), turn));
    says.add(SocketWriter.event(new Numbered(1, new ResponseEvent.Ended(response)), turn));
    endTurn();
  }

  /** A turn that failed takes what it continued with it: the next must bring its context anew. */
  private void refused(Current of, @Nullable Throwable failure) {
    if (of != current) {
      return;
    }
    memory.forget(of.turn.request().previousResponseId());
    say(
        WeirError.of(failure == null ? new IllegalStateException("no answer") : failure),
        of.turn.streamId());
    endTurn();
  }

  private void endTurn() {
    if (current != null && current.events != null) {
      current.events.cancel();
    }
    current = null;
    startNext();
    proceed();
  }

  private void say(WeirError error, @Nullable String streamId) {
    says.add(SocketWriter.error(error, streamId));
  }

  private void closeGently(Close reason) {
    if (close.compareAndSet(null, reason)) {
      proceed();
    }
  }

  private void closeAtOnce(Close reason) {
    close.set(reason);
    waiting.clear();
    if (current != null && current.events != null) {
      current.events.cancel();
    }
    current = null;
  }

  /** Gives the socket what it can take, hears the client if it may speak, ends when all is done. */
  private void proceed() {
    if (isAvailable(out)) {
      emit();
    }
    boolean done = close.get() != null && current == null && waiting.isEmpty() && says.isEmpty();
    if (done) {
      finish();
    } else if (says.isEmpty() && !hasBeenPulled(in) && !isClosed(in)) {
      pull(in);
    }
  }

  private void emit() {
    if (!says.isEmpty()) {
      push(out, says.remove());
    } else if (current != null && current.events != null && current.events.isAvailable()) {
      onEvent(current, current.events);
    }
  }

  private void onEvent(Current of, SubInlet events) {
    Numbered numbered = events.grab();
    push(out, SocketWriter.event(numbered, of.turn));
    if (numbered.event() instanceof ResponseEvent.Ended(Response response)) {
      if (response.status() == Response.Status.FAILED) {
        memory.forget(of.turn.request().previousResponseId());
      } else if (!of.request.store()) {
        memory.remember(response, of.request);
      }
      endTurn();
    } else if (!events.isClosed()) {
      events.pull();
    }
  }

  private void finish() {
    Close reason = close.get();
    if (reason != null && reason != Close.DRAINING && !lastWordSaid) {
      lastWordSaid = true;
      says.add(SocketWriter.error(reason.error(), null));
      proceed();
    } else {
      completeStage();
    }
  }

  /** The running turn's events. */
  private final class SubInlet extends SubSinkInlet<Numbered> {
    SubInlet() {
      super("Socket.events");
      setHandler(
          new AbstractInHandler() {
            @Override
            public void onPush() {
              proceed();
            }

            @Override
            public void onUpstreamFinish() {
              // The last event ends the turn, once the socket has taken it.
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              if (current != null && current.events == SubInlet.this) {
                refused(current, failure);
              }
            }
          });
    }
  }
}
