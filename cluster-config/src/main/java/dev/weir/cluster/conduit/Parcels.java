package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Takes large values out of actor messages and carries them by the Conduit.
 *
 * <p>To fetch, a node opens a stream and sends its ticket to the holder's desk, which is the stream
 * number {@link #DESK} of every node and has any number of producers; the holder feeds the ticket.
 *
 * <p>Thread safe.
 */
public final class Parcels {

  static final long DESK = 0;

  private static final int DESK_WINDOW = 1024;

  /** Please send the parcel {@code id} to {@code to}. */
  private record Request(long id, Ticket to) {}

  private final Conduit conduit;
  private final Wiring wiring;
  private final Shelf shelf;
  private final Executor executor;

  Parcels(Conduit conduit, Wiring wiring, Openings openings) {
    this.conduit = conduit;
    this.wiring = wiring;
    ConduitSettings.Parcelling limits = wiring.settings().parcels();
    this.shelf = new Shelf(limits.total(), limits.expire().toNanos());
    this.executor = wiring.materializer().executionContext()::execute;
    openings.serve(DESK, this::receiveRequests);
  }

  /**
   * Packs a value for whoever gets it, wherever that is, to be opened any number of times. A large
   * one stays on this node until it is released, or expires.
   *
   * <p>Never fails for want of room: then the parcel is a {@link Parcel.Refused}, and to open it
   * fails, with {@code parcels_full} or {@code parcel_too_large}.
   */
  public <T> Parcel<T> wrap(T value, Codec<T> codec) {
    return wrap(value, codec, false);
  }

  /**
   * Packs a value for {@code recipient} to open once: as it is where that is on this node. Else a
   * large one stays here until it has been fetched, or expires. Refused as {@link #wrap} tells.
   */
  public <T> Parcel<T> wrapFor(ActorRef<?> recipient, T value, Codec<T> codec) {
    return recipient.path().address().hasLocalScope()
        ? new Parcel.Here<>(value)
        : wrapOnce(value, codec);
  }

  /** Lets go of what {@link #wrap} has kept on this node; nobody opens it any more. */
  public void release(Parcel<?> parcel) {
    if (parcel instanceof Parcel.Held<?> held && isHere(held)) {
      shelf.release(held.id());
    }
  }

  <T> Parcel<T> wrapOnce(T value, Codec<T> codec) {
    return wrap(value, codec, true);
  }

  private <T> Parcel<T> wrap(T value, Codec<T> codec, boolean once) {
    ByteWriter out = new ByteWriter(codec.size(value) + 64);
    codec.encode(value, out);
    ByteString bytes = ByteString.fromArrayUnsafe(out.toByteArray());
    return bytes.size() <= wiring.settings().parcels().inline()
        ? new Parcel.Inline<>(bytes)
        : held(bytes, once);
  }

  private <T> Parcel<T> held(ByteString bytes, boolean once) {
    return switch (shelf.put(bytes, once, wiring.now())) {
      case Shelf.Kept(long id) ->
          new Parcel.Held<>(conduit.ticket(DESK, DESK_WINDOW), id, bytes.size());
      case Shelf.Full(WeirError error) -> new Parcel.Refused<>(error);
    };
  }

  private boolean isHere(Parcel.Held<?> held) {
    return held.holder().incarnation() == conduit.incarnation();
  }

  /**
   * Unpacks a value, fetching it if need be. Fails with {@code parcel_gone} where it has expired or
   * was released, {@code link_lost} where its holder is gone, and as a refused one tells.
   */
  public <T> CompletionStage<T> open(Parcel<T> parcel, Codec<T> codec) {
    return switch (parcel) {
      case Parcel.Here<T>(T value) -> CompletableFuture.completedFuture(value);
      case Parcel.Inline<T>(ByteString bytes) -> decode(bytes, codec);
      case Parcel.Refused<T>(WeirError error) ->
          CompletableFuture.failedFuture(error.asException());
      case Parcel.Held<T> held when isHere(held) -> openHere(held, codec);
      case Parcel.Held<T> held -> fetch(held).thenCompose(bytes -> decode(bytes, codec));
    };
  }

  private static <T> CompletionStage<T> decode(ByteString bytes, Codec<T> codec) {
    try {
      return CompletableFuture.completedFuture(codec.decode(new ByteReader(bytes.toArrayUnsafe())));
    } catch (RuntimeException malformed) {
      return CompletableFuture.failedFuture(Errors.undecodable().asException());
    }
  }

  private <T> CompletionStage<T> openHere(Parcel.Held<T> held, Codec<T> codec) {
    ByteString bytes = shelf.get(held.id(), wiring.now());
    shelf.opened(held.id());
    return bytes == null ? CompletableFuture.failedFuture(gone()) : decode(bytes, codec);
  }

  private CompletionStage<ByteString> fetch(Parcel.Held<?> held) {
    Conduit.Inbound<ByteString> reply = conduit.open(Codec.BYTES);
    CompletableFuture<ByteString> fetched =
        reply.source().runWith(Sink.head(), wiring.materializer()).toCompletableFuture();
    Source.single(new Request(held.id(), reply.ticket()))
        .runWith(conduit.to(held.holder(), new RequestCodec()), wiring.materializer())
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                fetched.completeExceptionally(failure);
              }
            });
    return fetched;
  }

  private InboundStream receiveRequests(InboundStream.Upstream producer) {
    InboundStream requests = new InboundStream(DESK_WINDOW);
    requests.claim(producer);
    requests.attach(() -> executor.execute(() -> answerAll(requests)));
    executor.execute(() -> answerAll(requests));
    return requests;
  }

  private void answerAll(InboundStream requests) {
    for (InboundStream.Item item = requests.poll(); item != null; item = requests.poll()) {
      if (item instanceof InboundStream.Encoded encoded) {
        answer(encoded.bytes());
      }
    }
  }

  private void answer(ByteString encoded) {
    Request request = new RequestCodec().decode(new ByteReader(encoded.toArrayUnsafe()));
    parcel(request.id())
        .runWith(conduit.to(request.to(), Codec.BYTES), wiring.materializer())
        .thenRun(() -> shelf.opened(request.id()));
  }

  private Source<ByteString, NotUsed> parcel(long id) {
    @Nullable ByteString bytes = shelf.get(id, wiring.now());
    return bytes == null ? Source.failed(gone()) : Source.single(bytes);
  }

  private static WeirException gone() {
    return new WeirError.NotFound("parcel_gone", "The value was kept for a while and has expired.")
        .asException();
  }

  void sweep(long now) {
    shelf.sweep(now);
  }

  private static final class RequestCodec implements Codec<Request> {

    @Override
    public void encode(Request value, ByteWriter out) {
      Ticket to = value.to();
      out.writeNumber(value.id())
          .writeText(to.host())
          .writeNumber(to.port())
          .writeNumber(to.incarnation())
          .writeNumber(to.stream())
          .writeNumber(to.window());
    }

    @Override
    public Request decode(ByteReader in) {
      long id = in.readNumber();
      Ticket to =
          new Ticket(in.readText(), in.readSize(), in.readNumber(), in.readNumber(), in.readSize());
      return new Request(id, to);
    }

    @Override
    public int size(Request value) {
      return 64;
    }
  }
}
