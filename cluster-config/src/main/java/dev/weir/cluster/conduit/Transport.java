package dev.weir.cluster.conduit;

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

/** TCP with small socket buffers, so that demand reaches through them; with mutual TLS if set. */
final class Transport {

  private static final int BUFFER = 64 * 1024;
  private static final int BACKLOG = 256;
  private static final List<Inet.SocketOption> OPTIONS =
      List.of(
          TcpSO.sendBufferSize(BUFFER), TcpSO.receiveBufferSize(BUFFER), TcpSO.tcpNoDelay(true));

  private final Tcp tcp;
  private final Optional<MutualTls> tls;
  private final Duration connectTimeout;

  Transport(ActorSystem<?> system, ConduitSettings settings) {
    tcp = Tcp.get(system);
    tls = settings.tls().map(MutualTls::of);
    connectTimeout = settings.peerTimeout().dividedBy(2);
  }

  Source<Tcp.IncomingConnection, CompletionStage<Tcp.ServerBinding>> bind(String host, int port) {
    if (tls.isEmpty()) {
      return tcp.bind(host, port, BACKLOG, OPTIONS, false, Optional.empty());
    }
    Supplier<SSLEngine> engine = tls.get()::server;
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
    return tcp.outgoingConnectionWithTls(
        remote,
        tls.get()::client,
        Optional.empty(),
        OPTIONS,
        Optional.of(connectTimeout),
        Optional.empty(),
        session -> Optional.empty(),
        TLSClosing.eagerClose());
  }
}
