package dev.weir.inference.provider;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * Ends a generation whose upstream is late: the first token, the next token, the whole answer,
 * which may be wanted for less than the deployment allows. Time without demand is the consumer's
 * and counts for the whole answer only.
 *
 * <p>One timer per stream, not per token: it fires at the earliest deadline known when it was set,
 * looks at the clock, and is set again.
 */
final class Patience extends GraphStage<FlowShape<Delta, Delta>> {

  private final Inlet<Delta> in = Inlet.create("Patience.in");
  private final Outlet<Delta> out = Outlet.create("Patience.out");
  private final FlowShape<Delta, Delta> shape = FlowShape.of(in, out);
  private final Deployment.Timeouts limits;
  private final Duration whole;
  private final WeirError over;

  /**
   * @param left how long the answer is wanted; null for ever
   */
  Patience(Deployment.Timeouts limits, @Nullable Duration left) {
    this.limits = limits;
    boolean wanted = left == null || left.compareTo(limits.whole()) >= 0;
    this.whole = wanted ? limits.whole() : left;
    this.over = wanted ? UpstreamError.wholeTimeout(whole) : UpstreamError.deadlineExceeded();
  }

  @Override
  public FlowShape<Delta, Delta> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic implements InHandler, OutHandler {

    private final long wholeDeadline = System.nanoTime() + whole.toNanos();
    private Duration limit = limits.firstToken();
    private boolean begun;
    private boolean waiting;
    private long waitingSince;

    Logic() {
      super(shape);
      setHandler(in, this);
      setHandler(out, this);
    }

    @Override
    public void preStart() {
      scheduleOnce("late", min(limits.firstToken(), whole));
    }

    @Override
    public void onPull() {
      waiting = true;
      waitingSince = System.nanoTime();
      pull(in);
    }

    @Override
    public void onPush() {
      waiting = false;
      if (!begun) {
        begun = true;
        limit = limits.betweenTokens();
        scheduleOnce("late", min(limit, whole));
      }
      push(out, grab(in));
    }

    @Override
    public void onTimer(Object key) {
      long now = System.nanoTime();
      @Nullable WeirError late = late(now);
      if (late != null) {
        failStage(late.asException());
        return;
      }
      long patience = waiting ? waitingSince + limit.toNanos() - now : limit.toNanos();
      scheduleOnce("late", Duration.ofNanos(Math.min(patience, wholeDeadline - now)));
    }

    private @Nullable WeirError late(long now) {
      if (now - wholeDeadline >= 0) {
        return over;
      }
      if (!waiting || now - waitingSince < limit.toNanos()) {
        return null;
      }
      return begun
          ? UpstreamError.betweenTokensTimeout(limit)
          : UpstreamError.firstTokenTimeout(limit);
    }

    private static Duration min(Duration a, Duration b) {
      return a.compareTo(b) < 0 ? a : b;
    }
  }
}
