package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The streams of this node that still lack their producer or their reader. Thread safe. */
final class Openings implements Receiver.Desk {

  private record Opening(InboundStream stream, long deadline) {

    boolean isSettled() {
      return stream.isClosed() || (stream.isClaimed() && stream.isAttached());
    }

    void expire() {
      if (!fail(Errors.noProducer())) {
        stream.cancel();
      }
    }

    boolean fail(WeirError error) {
      boolean unclaimed = stream.claim(Nobody.HERE);
      if (unclaimed) {
        stream.end(new InboundStream.Failed(error));
      }
      return unclaimed;
    }
  }

  /** Takes the place of a producer that did not come. */
  private enum Nobody implements InboundStream.Upstream {
    HERE;

    @Override
    public void credit() {}

    @Override
    public void cancelled() {}
  }

  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Opening> openings = new ConcurrentHashMap<>();
  private final Map<Long, Function<InboundStream.Upstream, InboundStream>> services =
      new ConcurrentHashMap<>();
  private volatile @Nullable WeirError closed;

  /** Numbers a stream and waits for its two sides until {@code deadline}. */
  long add(InboundStream stream, long deadline) {
    long number = numbers.incrementAndGet();
    openings.put(number, new Opening(stream, deadline));
    WeirError error = closed;
    if (error != null) {
      close(error);
    }
    return number;
  }

  /** Fails what waits for a producer, now and from now on. */
  void close(WeirError error) {
    closed = error;
    openings.values().removeIf(opening -> opening.fail(error));
  }

  /** Makes {@code number} a stream of which each producer gets one of its own. */
  void serve(long number, Function<InboundStream.Upstream, InboundStream> service) {
    services.put(number, service);
  }

  @Override
  public @Nullable InboundStream claim(long target, InboundStream.Upstream producer) {
    Function<InboundStream.Upstream, InboundStream> service = services.get(target);
    if (service != null) {
      return service.apply(producer);
    }
    Opening opening = openings.get(target);
    return opening != null && opening.stream().claim(producer) ? opening.stream() : null;
  }

  /** Connects a producer of this node. */
  <T> Outlet<T> connect(long number, Codec<T> codec, ProducerSignals signals) {
    Opening opening = openings.get(number);
    if (opening != null) {
      LocalOutlet<T> outlet = new LocalOutlet<>(opening.stream(), codec, signals);
      if (opening.stream().claim(outlet)) {
        return outlet;
      }
    }
    signals.failed(Errors.ticketUnknown());
    return new Refused<>();
  }

  /** Gives up on what has waited past its deadline. */
  void expire(long now) {
    openings
        .values()
        .removeIf(
            opening -> {
              boolean late = now >= opening.deadline() && !opening.isSettled();
              if (late) {
                opening.expire();
              }
              return late || opening.isSettled();
            });
  }

  /** The outlet of a ticket nobody waits for. */
  private record Refused<T>() implements Outlet<T> {

    @Override
    public boolean offer(T element) {
      return false;
    }

    @Override
    public void complete() {}

    @Override
    public void fail(WeirError error) {}
  }
}
