package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node with an upstream that is well, one that refuses its key, and one that is down. */
class WarmNodeTest {

  private static final ScriptedUpstream well =
      ScriptedUpstream.start(exchange -> exchange.answer(200, "{\"data\":[{\"id\":\"m\"}]}"));
  private static final ScriptedUpstream strict =
      ScriptedUpstream.start(exchange -> exchange.answer(401, "{}"));
  private static final ScriptedUpstream down = ScriptedUpstream.start(exchange -> {});

  static {
    down.close();
  }

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          deployment("well", well) + deployment("strict", strict) + deployment("down", down));

  private static String deployment(String name, ScriptedUpstream upstream) {
    return """
    weir.deployments.%s {
      base-url = "%s/v1", upstream-model = m, warm { connections = 2, probe = models, timeout = 1m }
    }
    """
        .formatted(name, upstream.url());
  }

  @AfterAll
  static void stop() {
    well.close();
    strict.close();
  }

  @Test
  void isReadyAllTheSameAndTellsHowItStandsWithEach() throws Exception {
    Operator operator = new Operator(nodes.node());
    assertThat(
            operator.send(HttpRequest.newBuilder(nodes.node().url("/health/ready"))).statusCode())
        .isEqualTo(200);
    JsonNode good = warm(operator, "well");
    assertThat(good.path("outcome").asText()).isEqualTo("ok");
    assertThat(good.path("connections").asInt()).isPositive();
    assertThat(good.path("node").asText()).contains("@");
    JsonNode refused = warm(operator, "strict");
    assertThat(refused.path("outcome").asText()).isEqualTo("upstream_auth");
    assertThat(refused.path("message").asText()).contains("Check its api-key");
    assertThat(warm(operator, "down").path("outcome").asText()).isEqualTo("upstream_unreachable");
  }

  @Test
  void deploymentsWithoutAnUpstreamHaveNothingToWarm() throws Exception {
    for (JsonNode deployment : new Operator(nodes.node()).get("models").path("deployments")) {
      if (deployment.path("provider").asText().equals("builtin")) {
        assertThat(deployment.path("warm")).isEmpty();
      }
    }
  }

  private static JsonNode warm(Operator operator, String name) throws Exception {
    for (JsonNode deployment : operator.get("models").path("deployments")) {
      if (deployment.path("name").asText().equals(name)) {
        return deployment.path("warm").path(0);
      }
    }
    throw new AssertionError("no deployment " + name);
  }
}
