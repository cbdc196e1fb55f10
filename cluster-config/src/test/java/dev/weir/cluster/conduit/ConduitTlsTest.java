package dev.weir.cluster.conduit;

import static dev.weir.cluster.conduit.ConduitTest.assertFailsWith;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConduitTlsTest extends ConduitFixture {

  @TempDir static Path folder;

  private Certificates certificates = new Certificates(Path.of("unset"));

  @BeforeAll
  void makeCertificates() throws Exception {
    certificates = new Certificates(folder);
    certificates.make("alpha", "EC");
    certificates.make("beta", "RSA");
    certificates.make("stranger", "EC");
    certificates.bundle("cluster.pem", "alpha", "beta");
    certificates.bundle("everyone.pem", "alpha", "beta", "stranger");
  }

  @Test
  void nodesThatTrustEachOtherConnect() throws Exception {
    Conduit alpha = bind(certificates.configuration("alpha", "cluster.pem"));
    Conduit beta = bind(certificates.configuration("beta", "cluster.pem"));
    deliver(alpha, beta);
    deliver(beta, alpha);
    await(alpha.stop());
    await(beta.stop());
  }

  private void deliver(Conduit from, Conduit to) throws Exception {
    List<String> sent = IntStream.range(0, 2_000).mapToObj(i -> i + "x".repeat(500)).toList();
    Conduit.Inbound<String> inbound = to.open(TEXT);
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    await(Source.from(sent).runWith(from.to(inbound.ticket(), TEXT), kit.system()));
    assertThat(await(received)).isEqualTo(sent);
  }

  @Test
  void aStrangersCertificateIsRefused() throws Exception {
    Conduit alpha = bind(certificates.configuration("alpha", "cluster.pem"));
    Conduit stranger = bind(certificates.configuration("stranger", "everyone.pem"));
    assertRefused(stranger, alpha);
    await(alpha.stop());
    await(stranger.stop());
  }

  @Test
  void withoutACertificateNobodyIsLetIn() throws Exception {
    Conduit alpha = bind(certificates.configuration("alpha", "cluster.pem"));
    Conduit plain = bind("weir.conduit.peer-timeout = 3s");
    assertRefused(plain, alpha);
    await(alpha.stop());
    await(plain.stop());
  }

  private void assertRefused(Conduit from, Conduit to) {
    Conduit.Inbound<String> inbound = to.open(TEXT);
    assertFailsWith(
        Source.single("x").runWith(from.to(inbound.ticket(), TEXT), kit.system()), "link_lost");
  }

  @Test
  void anUnreadableFileStopsTheStartByName() throws Exception {
    assertThatThrownBy(() -> bind(certificates.configuration("nobody", "cluster.pem")))
        .hasMessageContaining("weir.cluster.tls.key")
        .hasMessageContaining("nobody.key");
    Files.writeString(folder.resolve("empty.pem"), "");
    Files.writeString(folder.resolve("empty.key"), "");
    Files.writeString(folder.resolve("empty.crt"), "");
    assertThatThrownBy(() -> bind(certificates.configuration("empty", "cluster.pem")))
        .hasMessageContaining("weir.cluster.tls")
        .hasMessageContaining("empty.crt");
  }

  @Test
  void certificatesAreReadAgainForEveryConnection() throws Exception {
    certificates.make("renewed", "RSA");
    certificates.bundle("rotating.pem", "alpha", "renewed");
    Conduit alpha = bind(certificates.configuration("alpha", "rotating.pem"));
    Conduit late = bind(certificates.configuration("renewed", "cluster.pem"));
    certificates.make("later", "EC");
    for (String kind : List.of(".crt", ".key")) {
      Files.copy(
          folder.resolve("later" + kind), folder.resolve("renewed" + kind), REPLACE_EXISTING);
    }
    assertRefused(late, alpha);
    certificates.bundle("rotating.pem", "alpha", "renewed");
    deliver(late, alpha);
    await(alpha.stop());
    await(late.stop());
  }
}
