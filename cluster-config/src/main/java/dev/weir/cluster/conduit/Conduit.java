package dev.weir.cluster.conduit;

import static dev.weir.cluster.config.Keys.check;

import dev.weir.cluster.error.WeirError;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;

/**
 * Carries streams between nodes, as many as are wanted over one connection per pair and direction,
 * each with its own back-pressure. There is one per node.
 *
 * <p>The consumer opens a stream and hands out its {@link Ticket}, inside an actor message, say;
 * the producer runs its stream into {@link #to}. Elements arrive in order, each once, through cuts
 * of the connection; the end or the failure of the producer's stream follows them; cancelling
 * cancels the producer. When the peer is gone both ends fail with {@code link_lost}.
 *
 * <p>Thread safe.
 */
public final class Conduit {

  /** A stream's consuming end. The source runs once. */
  public record Inbound<T>(Ticket ticket, Source<T, NotUsed> source) {}

  private static final long LONGEST_BEAT = 500_000_000L;

  private final Wiring wiring;
  private final Reception reception;
  private final Openings openings;
  private final Tcp.ServerBinding binding;
  private final Parcels parcels;
  private final Map<Long, OutboundLink> links = new ConcurrentHashMap<>();
  private final AtomicLong linkNumber = new AtomicLong();
  private volatile boolean stopped;

  private Conduit(
      Wiring wiring, Reception reception, Openings openings, Tcp.ServerBinding binding) {
    this.wiring = wiring;
    this.reception = reception;
    this.openings = openings;
    this.binding = binding;
    this.parcels = new Parcels(this, wiring, openings);
  }

  /**
   * Starts to listen. Unsafe or unreadable settings are refused at once, before any future.
   *
   * @param incarnation tells this process from every other that was or will be at its address
   */
  public static CompletionStage<Conduit> bind(
      ActorSystem<?> system, ConduitSettings settings, long incarnation) {
    requireSafety(settings);
    Materializer materializer = SystemMaterializer.get(system).materializer();
    ScheduledThreadPoolExecutor timer = timer();
    Wiring wiring =
        new Wiring(
            settings,
            incarnation,
            new Transport(system, settings),
            materializer,
            timer,
            System.nanoTime());
    Openings openings = new Openings();
    Reception reception =
        new Reception(
            incarnation,
            () -> new Receiver(openings, wiring.flushClock(), wiring.maxPacket(), wiring::now));
    system.getWhenTerminated().thenRun(timer::shutdownNow);
    return wiring
        .transport()
        .bind(settings.host(), settings.port())
        .to(Sink.foreach(incoming -> accept(incoming, wiring, reception)))
        .run(materializer)
        .thenApply(binding -> new Conduit(wiring, reception, openings, binding).started());
  }

  private static void requireSafety(ConduitSettings settings) {
    if (settings.tls().isEmpty() && !settings.insecure()) {
      check(
          isLoopback(settings.host()),
          "weir.conduit.host",
          settings.host(),
          "beyond loopback the Conduit needs weir.cluster.tls, or weir.cluster.insecure = on");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("weir-conduit-timer").daemon().factory());
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    return timer;
  }

  private static void accept(Tcp.IncomingConnection incoming, Wiring wiring, Reception reception) {
    incoming.handleWith(
        LinkStage.flow(new InboundLink(wiring, reception), wiring.settings()),
        wiring.materializer());
  }

  private Conduit started() {
    beat();
    return this;
  }

  private void beat() {
    wiring.after(
        Math.min(LONGEST_BEAT, wiring.settings().peerTimeout().toNanos() / 10), this::beat);
    long now = wiring.now();
    long patience = wiring.settings().peerTimeout().toNanos();
    links.values().removeIf(link -> !link.beat(now));
    reception.forEach(
        receiver -> {
          receiver.acknowledge();
          receiver.beat(patience / 5, now);
        });
    reception.expire(patience, now);
    openings.expire(now);
    parcels.sweep(now);
  }

  /** Where this node listens. */
  public int port() {
    return binding.localAddress().getPort();
  }

  /** Which process this is. */
  public long incarnation() {
    return wiring.incarnation();
  }

  /** Carries what is too large for an actor message. */
  public Parcels parcels() {
    return parcels;
  }

  /** Opens a stream with the configured window and patience. */
  public <T> Inbound<T> open(Codec<T> codec) {
    return open(codec, wiring.settings().window(), wiring.settings().openTimeout());
  }

  /**
   * Opens a stream.
   *
   * @param window how many bytes the producer may be ahead of the consumer, at least 1024; one
   *     element may exceed it
   * @param patience how long to wait for the producer; then the source fails with {@code
   *     open_timeout}
   */
  public <T> Inbound<T> open(Codec<T> codec, int window, Duration patience) {
    check(window >= 1024, "window", window, "at least 1024 bytes");
    InboundStream stream = new InboundStream(window);
    long number = openings.add(stream, wiring.now() + patience.toNanos());
    return new Inbound<>(
        ticket(number, window), Source.fromGraph(new InboundStage<>(stream, codec)));
  }

  Ticket ticket(long number, int window) {
    return new Ticket(wiring.settings().host(), port(), wiring.incarnation(), number, window);
  }

  /**
   * Feeds the stream of a ticket; each ticket once. Its future completes when the consumer's node
   * has everything or wants no more, and fails as the stream fails.
   */
  public <T> Sink<T, CompletionStage<Done>> to(Ticket ticket, Codec<T> codec) {
    return Sink.fromGraph(new OutboundStage<>(signals -> connect(ticket, codec, signals)));
  }

  private <T> Outlet<T> connect(Ticket ticket, Codec<T> codec, ProducerSignals signals) {
    return ticket.incarnation() == wiring.incarnation()
        ? openings.connect(ticket.stream(), codec, signals)
        : link(ticket).open(ticket, codec, signals);
  }

  private OutboundLink link(Ticket ticket) {
    OutboundLink link =
        links.compute(
            ticket.incarnation(),
            (peer, known) -> known != null && !known.isLost() ? known : dialed(ticket));
    if (stopped) {
      link.lose(stopping());
    }
    return link;
  }

  private OutboundLink dialed(Ticket ticket) {
    Frame.Hello hello =
        new Frame.Hello(
            Sender.VERSION,
            wiring.incarnation(),
            wiring.settings().host(),
            port(),
            ticket.incarnation(),
            linkNumber.incrementAndGet(),
            0);
    OutboundLink link = new OutboundLink(wiring, ticket.host(), ticket.port(), hello);
    link.dial();
    return link;
  }

  /** Fails every stream from and to a process that is known to be gone, without waiting for it. */
  public void retire(long peer) {
    WeirError error = Errors.linkLost("the peer has left the cluster.");
    OutboundLink link = links.remove(peer);
    if (link != null) {
      link.lose(error);
    }
    reception.retire(peer, error);
  }

  /**
   * Stops listening and fails every stream from and to other nodes, and those whose producer has
   * not come; what flows within this node goes on.
   */
  public CompletionStage<Done> stop() {
    WeirError error = stopping();
    stopped = true;
    openings.close(error);
    links.values().forEach(link -> link.lose(error));
    reception.forEach(receiver -> receiver.lose(error));
    wiring.timer().shutdownNow();
    return binding.unbind().thenApply(unbound -> Done.getInstance());
  }

  private static WeirError stopping() {
    return Errors.linkLost("this node is stopping.");
  }
}
