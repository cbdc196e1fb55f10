package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

/** PEM files of a fresh certificate that is its own authority, made by the JDK's keytool. */
record Certificate(Path key, Path certificate) {

  private static final String PASSWORD = "for-this-test";

  static Certificate create(Path folder) throws Exception {
    Path store = folder.resolve("node.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=weir",
                "-ext",
                "bc:c",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(store)) {
      keys.load(input, PASSWORD.toCharArray());
    }
    Key key = keys.getKey("node", PASSWORD.toCharArray());
    return new Certificate(
        pem(folder.resolve("key.pem"), "PRIVATE KEY", key.getEncoded()),
        pem(folder.resolve("node.pem"), "CERTIFICATE", keys.getCertificate("node").getEncoded()));
  }

  String config() {
    return "tls { key = \"%s\", certificate = \"%2$s\", ca = \"%2$s\" }"
        .formatted(key, certificate);
  }

  private static Path pem(Path file, String kind, byte[] content) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file,
        "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n",
        StandardCharsets.US_ASCII);
  }
}
