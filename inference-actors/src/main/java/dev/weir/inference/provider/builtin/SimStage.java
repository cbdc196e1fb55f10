package dev.weir.inference.provider.builtin;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * Plays a {@link SimScript} in time. Each token is due a gap after the one before was due, so a
 * late timer does not add up; a token that waited for demand moves the rest. No demand, no token.
 */
final class SimStage extends GraphStage<SourceShape<Delta>> {

  private final Outlet<Delta> out = Outlet.create("Sim.out");
  private final SourceShape<Delta> shape = SourceShape.of(out);
  private final SimControl control;
  private final SimSettings settings;
  private final ModelCall call;
  private final LongSupplier nanoTime;

  SimStage(SimControl control, SimSettings settings, ModelCall call, LongSupplier nanoTime) {
    this.control = control;
    this.settings = settings;
    this.call = call;
    this.nanoTime = nanoTime;
  }

  @Override
  public SourceShape<Delta> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic implements OutHandler {

    private final Optional<SimFault> fault = control.draw(settings);
    private final SimScript script = new SimScript(settings, fault, call);
    private long due;
    private long emitted;
    private boolean orphaned;

    Logic() {
      super(shape);
      setHandler(out, this);
    }

    @Override
    public void preStart() {
      control.began();
      emitted = nanoTime.getAsLong();
      due = emitted + script.gap(control.load());
      @Nullable WeirError refusal = fault.map(SimFault::refusal).orElse(null);
      if (refusal != null) {
        failStage(refusal.asException());
      }
    }

    @Override
    public void postStop() {
      control.ended();
    }

    @Override
    public void onPull() {
      long now = nanoTime.getAsLong();
      due += Math.max(0, now - Math.max(due, emitted));
      play(now);
    }

    @Override
    public void onTimer(Object key) {
      play(nanoTime.getAsLong());
    }

    @Override
    public void onDownstreamFinish(Throwable cause) {
      if (fault.isPresent() && fault.get().kind() == SimFault.Kind.IGNORE_CANCEL) {
        orphaned = true;
        setKeepGoing(true);
        play(nanoTime.getAsLong());
      } else {
        cancelStage(cause);
      }
    }

    /** Emits what is due or waits for it; with nobody left, goes on for the gauge alone. */
    private void play(long now) {
      if (script.stalled()) {
        return;
      }
      boolean more = true;
      while (more && due <= now) {
        more = emit(now) && orphaned;
      }
      if (more) {
        scheduleOnce("due", Duration.ofNanos(due - now));
      }
    }

    /** Whether there is more to emit. */
    private boolean emit(long now) {
      @Nullable WeirError broken = script.broken();
      if (broken != null) {
        failStage(broken.asException());
        return false;
      }
      Delta delta = script.next();
      emitted = now;
      if (delta instanceof Delta.Text) {
        control.token();
      }
      due += script.gap(control.load());
      if (!orphaned) {
        push(out, delta);
      }
      if (delta instanceof Delta.Finished) {
        completeStage();
        return false;
      }
      return true;
    }
  }
}
