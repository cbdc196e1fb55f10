package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * The producer's side of a stream: pulls while there is credit. Its future completes when the
 * consumer's node has everything, or wants no more.
 */
final class OutboundStage<T>
    extends AbstractGraphStageWithMaterializedValue<SinkShape<T>, CompletionStage<Done>> {

  private final Inlet<T> in = Inlet.create("Conduit.to");
  private final SinkShape<T> shape = SinkShape.of(in);
  private final Function<ProducerSignals, Outlet<T>> connect;

  OutboundStage(Function<ProducerSignals, Outlet<T>> connect) {
    this.connect = connect;
  }

  @Override
  public SinkShape<T> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(
      Attributes attributes) {
    CompletableFuture<Done> end = new CompletableFuture<>();
    return Pair.create(new Logic(end), end);
  }

  private final class Logic extends GraphStageLogic implements ProducerSignals {

    private final CompletableFuture<Done> end;
    private final AsyncCallback<Done> ready = createAsyncCallback(done -> pullIfOpen());
    private final AsyncCallback<Done> cancelled = createAsyncCallback(done -> completeStage());
    private final AsyncCallback<WeirError> failed =
        createAsyncCallback(error -> failStage(error.asException()));
    private Outlet<T> outlet;
    private boolean finished;

    @SuppressWarnings("NullAway.Init")
    Logic(CompletableFuture<Done> end) {
      super(shape);
      this.end = end;
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              take(grab(in));
            }

            @Override
            public void onUpstreamFinish() {
              finished = true;
              outlet.complete();
              completeStage();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              abort(failure);
            }
          });
    }

    @Override
    public void preStart() {
      outlet = connect.apply(this);
      pull(in);
    }

    private void take(T element) {
      try {
        if (outlet.offer(element)) {
          pull(in);
        }
      } catch (RuntimeException unencodable) {
        abort(unencodable);
      }
    }

    private void abort(Throwable failure) {
      outlet.fail(WeirError.of(failure));
      end.completeExceptionally(failure);
      failStage(failure);
    }

    private void pullIfOpen() {
      if (!isClosed(in) && !hasBeenPulled(in)) {
        pull(in);
      }
    }

    @Override
    public void postStop() {
      if (!finished) {
        outlet.fail(Errors.producerStopped());
        end.completeExceptionally(Errors.producerStopped().asException());
      }
    }

    @Override
    public void ready() {
      ready.invoke(Done.getInstance());
    }

    @Override
    public void delivered() {
      end.complete(Done.getInstance());
    }

    @Override
    public void cancelled() {
      end.complete(Done.getInstance());
      cancelled.invoke(Done.getInstance());
    }

    @Override
    public void failed(WeirError error) {
      end.completeExceptionally(error.asException());
      failed.invoke(error);
    }
  }
}
