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
   * Packs a value to go into a message. A large one stays on this node until it expires, to be
   * fetched any number of times; where there is no room it fails with {@code parcels_full}.
   */
  public <T> Parcel<T> wrap(T value, Codec<T> codec) {
    ByteWriter out = new ByteWriter(codec.size(value) + 64);
    codec.encode(value, out);
    ByteString bytes = ByteString.fromArrayUnsafe(out.toByteArray());
    if (bytes.size() <= wiring.settings().parcels().inline()) {
      return new Parcel.Inline<>(bytes);
    }
    long id = shelf.put(bytes, wiring.now());
    return new Parcel.Held<>(conduit.ticket(DESK, DESK_WINDOW), id, bytes.size());
  }

  /**
   * Packs a value for {@code recipient}: as it is where that is on this node or the value is small
   * by its codec's word, else as {@link #wrap} does.
   */
  public <T> Parcel<T> wrapFor(ActorRef<?> recipient, T value, Codec<T> codec) {
    boolean local = recipient.path().address().hasLocalScope();
    return local || codec.size(value) <= wiring.settings().parcels().inline() / 2
        ? new Parcel.Here<>(value)
        : wrap(value, codec);
  }

  /**
   * Unpacks a value, fetching it if need be. Fails with {@code parcel_gone} where it has expired,
   * {@code link_lost} where its holder is gone.
   */
  public <T> CompletionStage<T> open(Parcel<T> parcel, Codec<T> codec) {
    return switch (parcel) {
      case Parcel.Here<T>(T value) -> CompletableFuture.completedFuture(value);
      case Parcel.Inline<T>(ByteString bytes) -> decode(bytes, codec);
      case Parcel.Held<T> held when held.holder().incarnation() == conduit.incarnation() ->
          openHere(held, codec);
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
    parcel(request.id()).runWith(conduit.to(request.to(), Codec.BYTES), wiring.materializer());
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
