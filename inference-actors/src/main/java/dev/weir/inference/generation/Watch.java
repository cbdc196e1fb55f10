package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Span;
import dev.weir.inference.provider.Delta;
import java.time.Duration;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.jspecify.annotations.Nullable;

/**
 * Tells a generation's span when the first token comes and how the stream ends, and its meter of
 * every delta; changes nothing.
 */
final class Watch extends GraphStage<FlowShape<Delta, Delta>> {

  private final Inlet<Delta> in = Inlet.create("Watch.in");
  private final Outlet<Delta> out = Outlet.create("Watch.out");
  private final FlowShape<Delta, Delta> shape = FlowShape.of(in, out);
  private final Span span;
  private final Meter meter;
  private final End end;

  /**
   * @param span finished with the stream
   * @param meter read to its end with it; of one stream only
   * @param end told when the stream begins and when it is over
   */
  Watch(Span span, Meter meter, End end) {
    this.span = span;
    this.meter = meter;
    this.end = end;
  }

  /** Hears once that it began, if it did, and once how it ended. */
  interface End {
    void began(Duration firstToken);

    void came(boolean answered, @Nullable WeirError failure);
  }

  @Override
  public FlowShape<Delta, Delta> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic implements InHandler, OutHandler {

    private boolean begun;
    private @Nullable WeirError failure;

    Logic() {
      super(shape);
      setHandler(in, this);
      setHandler(out, this);
    }

    @Override
    public void onPush() {
      if (!begun) {
        begun = true;
        span.mark("first_token");
        end.began(Duration.ofNanos(span.elapsed()));
      }
      Delta delta = grab(in);
      meter.see(delta);
      push(out, delta);
    }

    @Override
    public void onPull() {
      pull(in);
    }

    @Override
    public void onUpstreamFinish() {
      meter.tell();
      span.finish();
      completeStage();
    }

    @Override
    public void onUpstreamFailure(Throwable failure) {
      this.failure = WeirError.of(failure);
      span.fail(this.failure.code());
      failStage(failure);
    }

    @Override
    public void onDownstreamFinish(Throwable cause) {
      span.tag("cancelled", 1).finish();
      cancelStage(cause);
    }

    @Override
    public void postStop() {
      meter.tell();
      span.finish();
      end.came(begun, failure);
    }
  }
}
