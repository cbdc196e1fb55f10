package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;

/** Feeds a stream whose consumer is on the same node: no bytes, the same credit. Thread safe. */
final class LocalOutlet<T> implements Outlet<T>, InboundStream.Upstream {

  private final InboundStream stream;
  private final Codec<T> codec;
  private final ProducerSignals signals;
  private long used;
  private boolean blocked;

  LocalOutlet(InboundStream stream, Codec<T> codec, ProducerSignals signals) {
    this.stream = stream;
    this.codec = codec;
    this.signals = signals;
  }

  @Override
  public synchronized boolean offer(T element) {
    long cost = codec.size(element) + (long) Frame.OVERHEAD;
    used += cost;
    stream.offer(element, cost);
    blocked = used >= stream.limit();
    return !blocked;
  }

  @Override
  public void complete() {
    stream.end(new InboundStream.Ended());
    signals.delivered();
  }

  @Override
  public void fail(WeirError error) {
    stream.end(new InboundStream.Failed(error));
  }

  @Override
  public synchronized void credit() {
    if (blocked && used < stream.limit()) {
      blocked = false;
      signals.ready();
    }
  }

  @Override
  public void cancelled() {
    signals.cancelled();
  }
}
