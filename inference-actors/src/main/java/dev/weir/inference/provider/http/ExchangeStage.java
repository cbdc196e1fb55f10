package dev.weir.inference.provider.http;

import dev.weir.inference.provider.http.Exchange.Signal;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Begins an exchange when it starts, ends it when it is cancelled, and hands on what is read. */
final class ExchangeStage extends GraphStage<SourceShape<ByteString>> {

  private final Outlet<ByteString> out = Outlet.create("Exchange.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final StreamingHttp http;
  private final HttpCall call;

  ExchangeStage(StreamingHttp http, HttpCall call) {
    this.http = http;
    this.call = call;
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic implements OutHandler {

    private final Queue<ByteString> waiting = new ArrayDeque<>();
    private final Exchange exchange;
    private @Nullable Signal last;

    Logic() {
      super(shape);
      AsyncCallback<Signal> signals = createAsyncCallback(this::onSignal);
      exchange = new Exchange(call, http.loop(), signals::invoke);
      setHandler(out, this);
    }

    @Override
    public void preStart() {
      http.loop().execute(() -> http.begin(exchange));
    }

    @Override
    public void postStop() {
      if (last == null) {
        exchange.cancel();
      }
    }

    @Override
    public void onPull() {
      @Nullable ByteString bytes = waiting.poll();
      if (bytes != null) {
        give(bytes);
      }
    }

    private void onSignal(Signal signal) {
      switch (signal) {
        case Exchange.Bytes(ByteString bytes) -> {
          if (isAvailable(out)) {
            give(bytes);
          } else {
            waiting.add(bytes);
          }
        }
        case Exchange.End end -> finish(end);
        case Exchange.Failure failure -> finish(failure);
      }
    }

    private void give(ByteString bytes) {
      push(out, bytes);
      exchange.consumed(bytes.size());
      if (last != null) {
        finish(last);
      }
    }

    private void finish(Signal signal) {
      last = signal;
      if (waiting.isEmpty()) {
        switch (signal) {
          case Exchange.Failure(var error) -> failStage(error.asException());
          case Exchange.End end -> completeStage();
          case Exchange.Bytes bytes -> throw new IllegalStateException("not an end");
        }
      }
    }
  }
}
