package dev.weir.cluster.conduit;

import dev.weir.cluster.node.Tls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * TCP with small socket buffers, so that demand reaches through them; with mutual TLS if set. The
 * files are read again for every connection, of which a pair of nodes has two, so they may be
 * rotated.
 */
final class Transport {

  private static final int BUFFER = 64 * 1024;
  private static final int BACKLOG = 256;
  private static final List<Inet.SocketOption> OPTIONS =
      List.of(
          TcpSO.sendBufferSize(BUFFER), TcpSO.receiveBufferSize(BUFFER), TcpSO.tcpNoDelay(true));

  private final Tcp tcp;
  private final Optional<Tls> tls;
  private final Duration connectTimeout;

  Transport(ActorSystem<?> system, ConduitSettings settings) {
    tcp = Tcp.get(system);
    tls = settings.tls();
    tls.ifPresent(MutualTls::of);
    connectTimeout = settings.peerTimeout().dividedBy(2);
  }

  Source<Tcp.IncomingConnection, CompletionStage<Tcp.ServerBinding>> bind(String host, int port) {
    if (tls.isEmpty()) {
      return tcp.bind(host, port, BACKLOG, OPTIONS, false, Optional.empty());
    }
    Tls files = tls.get();
    Supplier<SSLEngine> engine = () -> MutualTls.of(files).server();
    return tcp.bindWithTls(
        host,
        port,
        engine,
        BACKLOG,
        OPTIONS,
        Optional.empty(),
        session -> Optional.empty(),
        TLSClosing.eagerClose());
  }

  Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> dial(
      String host, int port) {
    InetSocketAddress remote = InetSocketAddress.createUnresolved(host, port);
    if (tls.isEmpty()) {
      return tcp.outgoingConnection(
          remote, Optional.empty(), OPTIONS, false, Optional.of(connectTimeout), Optional.empty());
    }
    Tls files = tls.get();
    return tcp.outgoingConnectionWithTls(
        remote,
        () -> MutualTls.of(files).client(),
        Optional.empty(),
        OPTIONS,
        Optional.of(connectTimeout),
        Optional.empty(),
        session -> Optional.empty(),
        TLSClosing.eagerClose());
  }
}
