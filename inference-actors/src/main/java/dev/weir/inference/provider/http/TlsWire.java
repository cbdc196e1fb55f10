package dev.weir.inference.provider.http;

import dev.weir.inference.provider.http.HttpCall.Origin;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** TLS over TCP. The upstream's certificate must be valid for the host's name. */
final class TlsWire implements Wire {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final ByteBuffer incoming;
  private final ByteBuffer encrypted;
  private boolean settled;
  private boolean more;

  TlsWire(SocketChannel channel, SSLContext context, Origin origin) throws SSLException {
    this.channel = channel;
    engine = context.createSSLEngine(origin.host(), origin.port());
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    int packet = engine.getSession().getPacketBufferSize();
    incoming = ByteBuffer.allocate(2 * packet).limit(0);
    encrypted = ByteBuffer.allocate(2 * packet).limit(0);
    engine.beginHandshake();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int before = target.position();
    while (true) {
      SSLEngineResult result = engine.unwrap(incoming, target);
      more = result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW;
      answer();
      switch (result.getStatus()) {
        case BUFFER_OVERFLOW -> {
          return target.position() - before;
        }
        case CLOSED -> {
          return target.position() > before ? target.position() - before : -1;
        }
        case BUFFER_UNDERFLOW -> {
          int count = fill();
          if (count <= 0) {
            return target.position() > before ? target.position() - before : count;
          }
        }
        case OK -> {}
      }
    }
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    while (flushed()) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
        settled = true;
        if (!source.hasRemaining()) {
          return;
        }
        if (wrap(source) != SSLEngineResult.Status.OK) {
          throw new EOFException("The upstream has closed, and something is left to say.");
        }
      } else if (!shake(status)) {
        return;
      }
    }
  }

  @Override
  public boolean settled() {
    return settled;
  }

  @Override
  public boolean more() {
    return more;
  }

  @Override
  public boolean wantsToWrite() {
    return encrypted.hasRemaining();
  }

  /** One step of the handshake; false when the next one must wait, or there is none. */
  private boolean shake(HandshakeStatus status) throws IOException {
    switch (status) {
      case NEED_TASK -> engine.getDelegatedTask().run();
      case NEED_WRAP -> {
        return wrap(NOTHING) == SSLEngineResult.Status.OK;
      }
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        SSLEngineResult result = engine.unwrap(incoming, NOTHING);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
          throw new EOFException();
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
          return filled();
        }
        return result.getStatus() == SSLEngineResult.Status.OK;
      }
      case FINISHED, NOT_HANDSHAKING -> {}
    }
    return true;
  }

  private boolean filled() throws IOException {
    int count = fill();
    if (count < 0) {
      throw new EOFException();
    }
    return count > 0;
  }

  private int fill() throws IOException {
    incoming.compact();
    try {
      return channel.read(incoming);
    } finally {
      incoming.flip();
    }
  }

  /** What the protocol itself wants to say after the handshake, such as new keys. */
  private void answer() throws IOException {
    if (settled && engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      write(NOTHING);
    }
  }

  private SSLEngineResult.Status wrap(ByteBuffer source) throws SSLException {
    encrypted.compact();
    try {
      return engine.wrap(source, encrypted).getStatus();
    } finally {
      encrypted.flip();
    }
  }

  private boolean flushed() throws IOException {
    if (encrypted.hasRemaining()) {
      channel.write(encrypted);
    }
    return !encrypted.hasRemaining();
  }
}
