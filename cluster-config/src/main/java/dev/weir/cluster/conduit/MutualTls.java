package dev.weir.cluster.conduit;

import dev.weir.cluster.node.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;
import org.apache.pekko.pki.pem.PEMLoadingException;

/**
 * TLS 1.3 in which both sides show a certificate that the trusted ones vouch for. Names in
 * certificates are not compared with addresses: being of the cluster is what counts.
 */
final class MutualTls {

  private static final char[] NO_PASSWORD = {};

  private final SSLContext context;

  private MutualTls(SSLContext context) {
    this.context = context;
  }

  /** Reads the PEM files; what cannot be read is an {@link IllegalArgumentException}. */
  static MutualTls of(Tls files) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity(files), NO_PASSWORD);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted(files.ca()));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return new MutualTls(context);
    } catch (IOException | GeneralSecurityException | PEMLoadingException failure) {
      throw new IllegalArgumentException("weir.cluster.tls: " + failure, failure);
    }
  }

  SSLEngine client() {
    return engine(true);
  }

  SSLEngine server() {
    return engine(false);
  }

  private SSLEngine engine(boolean client) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(client);
    engine.setNeedClientAuth(!client);
    engine.setEnabledProtocols(new String[] {"TLSv1.3"});
    return engine;
  }

  private static KeyStore identity(Tls files)
      throws IOException, GeneralSecurityException, PEMLoadingException {
    Certificate[] chain = certificates(files.certificate()).toArray(Certificate[]::new);
    if (chain.length == 0) {
      throw new GeneralSecurityException("no certificate in " + files.certificate());
    }
    PrivateKey key = privateKey(files.key(), chain[0].getPublicKey().getAlgorithm());
    KeyStore store = empty();
    store.setKeyEntry("node", key, NO_PASSWORD, chain);
    return store;
  }

  private static PrivateKey privateKey(Path file, String algorithm)
      throws IOException, GeneralSecurityException, PEMLoadingException {
    String pem = Files.readString(file, StandardCharsets.US_ASCII);
    PEMDecoder.DERData decoded = PEMDecoder.decode(pem);
    return decoded.label().equals("PRIVATE KEY")
        ? KeyFactory.getInstance(algorithm)
            .generatePrivate(new PKCS8EncodedKeySpec(decoded.bytes()))
        : DERPrivateKeyLoader.load(decoded);
  }

  private static KeyStore trusted(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    int number = 0;
    for (Certificate certificate : certificates(file)) {
      store.setCertificateEntry("trusted-" + number++, certificate);
    }
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, NO_PASSWORD);
    return store;
  }
}
