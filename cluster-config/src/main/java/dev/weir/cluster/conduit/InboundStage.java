package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * The consumer's side of a stream: gives what has arrived as fast as it is asked for. Runs once.
 */
final class InboundStage<T> extends GraphStage<SourceShape<T>> {

  private final Outlet<T> out = Outlet.create("Conduit.open");
  private final SourceShape<T> shape = SourceShape.of(out);
  private final InboundStream stream;
  private final Codec<T> codec;

  InboundStage(InboundStream stream, Codec<T> codec) {
    this.stream = stream;
    this.codec = codec;
  }

  @Override
  public SourceShape<T> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {

    private final AsyncCallback<Done> wake = createAsyncCallback(done -> next());
    private boolean attached;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              next();
            }
          });
    }

    @Override
    public void preStart() {
      attached = stream.attach(() -> wake.invoke(Done.getInstance()));
      if (!attached) {
        failStage(new IllegalStateException("The source of a Conduit stream runs once."));
      }
    }

    private void next() {
      if (isAvailable(out)) {
        switch (stream.poll()) {
          case null -> {}
          case InboundStream.Encoded encoded -> decode(encoded);
          case InboundStream.Local local -> push(out, cast(local.value()));
          case InboundStream.Ended ended -> completeStage();
          case InboundStream.Failed(WeirError error) -> failStage(error.asException());
        }
      }
    }

    private void decode(InboundStream.Encoded encoded) {
      T value;
      try {
        value = codec.decode(new ByteReader(encoded.bytes().toArrayUnsafe()));
      } catch (RuntimeException malformed) {
        failStage(Errors.undecodable().asException());
        return;
      }
      push(out, value);
    }

    /** The ticket's two ends agree on the type; between nodes the codec would say otherwise. */
    @SuppressWarnings("unchecked")
    private T cast(Object value) {
      return (T) value;
    }

    @Override
    public void postStop() {
      if (attached) {
        stream.cancel();
      }
    }
  }
}
