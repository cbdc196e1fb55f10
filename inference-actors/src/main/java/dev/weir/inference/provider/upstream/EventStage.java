package dev.weir.inference.provider.upstream;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Makes deltas of the bytes of a stream of events, as an {@link EventReader} understands them.
 * Usage comes before the end wherever the upstream puts it. After the last delta the rest of the
 * bytes is read for a moment, so that the connection can be used again.
 *
 * <p>An upstream that sends more deltas than the output cap has tokens is cut off: a delta is at
 * least a token.
 */
final class EventStage extends GraphStage<FlowShape<ByteString, Delta>> {

  private static final Duration DRAIN = Duration.ofSeconds(1);

  private final Inlet<ByteString> in = Inlet.create("Events.in");
  private final Outlet<Delta> out = Outlet.create("Events.out");
  private final FlowShape<ByteString, Delta> shape = FlowShape.of(in, out);
  private final Function<Queue<Delta>, EventReader> readers;
  private final int maxOutputTokens;

  /**
   * @param readers makes the reader of one answer, which adds its deltas to the queue
   */
  EventStage(Function<Queue<Delta>, EventReader> readers, int maxOutputTokens) {
    this.readers = readers;
    this.maxOutputTokens = maxOutputTokens;
  }

  @Override
  public FlowShape<ByteString, Delta> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic implements InHandler, OutHandler {

    private final Queue<Delta> deltas = new ArrayDeque<>();
    private final SseParser events = new SseParser();
    private final EventReader reader = readers.apply(deltas);
    private int left = maxOutputTokens;

    /** No event is read any more: what is queued and then {@link #failure}, if any, is the rest. */
    private boolean ended;

    private boolean finished;
    private @Nullable WeirError failure;

    Logic() {
      super(shape);
      setHandler(in, this);
      setHandler(out, this);
    }

    @Override
    public void onPull() {
      advance();
    }

    @Override
    public void onPush() {
      ByteString bytes = grab(in);
      if (finished) {
        pull(in);
        return;
      }
      reading(() -> events.feed(bytes));
      advance();
    }

    @Override
    public void onUpstreamFinish() {
      upstreamEnded(true, UpstreamError.closed());
    }

    @Override
    public void onUpstreamFailure(Throwable cause) {
      upstreamEnded(false, WeirError.of(cause));
    }

    @Override
    public void onTimer(Object key) {
      completeStage();
    }

    /** Only a clean end makes an event of what has no blank line behind it. */
    private void upstreamEnded(boolean clean, WeirError otherwise) {
      if (finished) {
        completeStage();
        return;
      }
      while (!ended && events.next()) {
        reading(this::event);
      }
      if (!ended && clean && events.last()) {
        reading(this::event);
      }
      if (!ended) {
        end(otherwise);
      }
      if (isAvailable(out) || deltas.isEmpty()) {
        advance();
      }
    }

    private void advance() {
      while (deltas.isEmpty() && !ended && events.next()) {
        reading(this::event);
      }
      @Nullable Delta delta = deltas.poll();
      if (delta != null) {
        give(delta);
      } else if (failure != null) {
        failStage(failure.asException());
      } else if (!isClosed(in) && !hasBeenPulled(in)) {
        pull(in);
      }
    }

    private void reading(Runnable read) {
      try {
        read.run();
      } catch (WeirException told) {
        ended = true;
        failure = told.error();
      }
    }

    private void event() {
      if (events.length() > 0 && reader.read(events.buffer(), events.offset(), events.length())) {
        end(UpstreamError.closed());
      }
    }

    /** Queues usage and the end, or fails when the answer has not ended by itself. */
    private void end(WeirError otherwise) {
      ended = true;
      @Nullable FinishReason reason = reader.finish();
      if (reason == null) {
        failure = otherwise;
        return;
      }
      @Nullable Usage usage = reader.usage();
      if (usage != null) {
        deltas.add(new Delta.Consumed(usage));
      }
      deltas.add(new Delta.Finished(reason));
    }

    private void give(Delta delta) {
      switch (delta) {
        case Delta.Finished end -> finish(end);
        case Delta.Consumed consumed -> push(out, consumed);
        case Delta.Came came -> push(out, came);
        case Delta.Text text -> giveWithinCap(text);
        case Delta.Reasoning reasoning -> giveWithinCap(reasoning);
        case Delta.Refusal refusal -> giveWithinCap(refusal);
        case Delta.ToolCall call -> giveWithinCap(call);
      }
    }

    private void giveWithinCap(Delta delta) {
      if (left-- > 0) {
        push(out, delta);
      } else {
        push(out, new Delta.Finished(FinishReason.LENGTH));
        completeStage();
      }
    }

    private void finish(Delta.Finished end) {
      finished = true;
      push(out, end);
      if (isClosed(in)) {
        completeStage();
        return;
      }
      complete(out);
      scheduleOnce("drained", DRAIN);
      if (!hasBeenPulled(in)) {
        pull(in);
      }
    }
  }
}
