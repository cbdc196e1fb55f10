package dev.weir.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import dev.weir.gateway.node.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminKeyTest {

  @TempDir private Path data;

  @Test
  void withAKeyOnlyWhoShowsItIsServed() throws Exception {
    try (TestNode node = TestNode.start(data, "weir.admin.key = secret");
        HttpClient http = HttpClient.newHttpClient()) {
      URI status = URI.create("http://127.0.0.1:" + node.node().adminPort() + "/admin/status");

      assertThat(code(http, HttpRequest.newBuilder(status))).isEqualTo(401);
      assertThat(code(http, request(status, "Bearer wrong"))).isEqualTo(401);
      assertThat(code(http, request(status, "Bearer secret"))).isEqualTo(200);
    }
  }

  @Test
  void withoutAKeyItIsNotOpenToOthers() {
    assertThatThrownBy(() -> new AdminSettings("0.0.0.0", 9080, ""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.admin.host")
        .hasMessageContaining("WEIR_ADMIN_KEY");
    assertThat(new AdminSettings("0.0.0.0", 9080, "secret")).asString().doesNotContain("secret");
  }

  private static HttpRequest.Builder request(URI uri, String authorization) {
    return HttpRequest.newBuilder(uri).header("Authorization", authorization);
  }

  private static int code(HttpClient http, HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
