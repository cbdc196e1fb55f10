package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

  private static final Config REFERENCE = ConfigFactory.load(ConfigFactory.empty());

  @Test
  void setsNumbersDurationsSwitchesAndTexts() {
    Config config =
        overridden(
            Map.of(
                "WEIR_HTTP_PORT", "9000",
                "WEIR_HTTP_KEEP_ALIVE", "3s",
                "WEIR_CLUSTER_EXIT_JVM", "off",
                "WEIR_API_KEY", "secret",
                "WEIR_ADMIN_KEY", "other"));

    assertThat(config.getInt("weir.http.port")).isEqualTo(9000);
    assertThat(config.getDuration("weir.http.keep-alive")).hasSeconds(3);
    assertThat(config.getBoolean("weir.cluster.exit-jvm")).isFalse();
    assertThat(config.getString("weir.api-key")).isEqualTo("secret");
    assertThat(config.getString("weir.admin.key")).isEqualTo("other");
  }

  @Test
  void listsAreWrittenWithCommasOrAsHocon() {
    assertThat(overridden(Map.of("WEIR_ROLES", "gateway, inference")).getStringList("weir.roles"))
        .containsExactly("gateway", "inference");
    Config faults =
        overridden(
            Map.of("WEIR_DEPLOYMENTS_SIM_FAULTS", "[{ fault = \"drop@3\", probability = 0.5 }]"));
    assertThat(faults.getConfigList("weir.deployments.sim.faults").getFirst().getString("fault"))
        .isEqualTo("drop@3");
  }

  @Test
  void everyKeyWithAValueHasAVariableOfItsOwn() {
    Map<String, String> seen = new HashMap<>();
    REFERENCE
        .getConfig("weir")
        .entrySet()
        .forEach(
            entry -> {
              String path = "weir." + entry.getKey();
              assertThat(seen.put(Environment.variable(path), path)).as(path).isNull();
            });
    assertThat(seen).containsEntry("WEIR_CLUSTER_CONTACT_POINTS", "weir.cluster.contact-points");
  }

  @Test
  void keysWithoutADefaultCanBeSetToo() {
    assertThat(
            overridden(Map.of("WEIR_CLUSTER_TLS_KEY", "k.pem")).getString("weir.cluster.tls.key"))
        .isEqualTo("k.pem");
  }

  @Test
  void keysOfTheOperatorsFileCanBeSetToo() {
    Config file = ConfigFactory.parseString("weir.deployments.local { api-key = none }");
    Environment environment =
        Environment.of(file, Map.of("WEIR_DEPLOYMENTS_LOCAL_API_KEY", "real"));

    assertThat(environment.overrides().getString("weir.deployments.local.api-key"))
        .isEqualTo("real");
  }

  @Test
  void aMisspeltVariableIsReportedWithTheNearest() {
    assertThat(warnings(Map.of("WEIR_HTP_PORT", "1")))
        .containsExactly(
            "WEIR_HTP_PORT matches no key of the configuration; the nearest is WEIR_HTTP_PORT.");
  }

  @Test
  void whatOthersMeanIsLeftAlone() {
    assertThat(
            warnings(
                Map.of(
                    "PATH", "/bin",
                    "WEIR_JAVA_OPTS", "-Xmx2g",
                    "WEIR_SERVICE_HOST", "10.0.0.7",
                    "WEIR_SERVICE_PORT_HTTP", "8080",
                    "WEIR_PORT_8080_TCP_ADDR", "10.0.0.7",
                    "WEIR_PORT", "tcp://10.0.0.7:8080")))
        .isEmpty();
    assertThat(overridden(Map.of("WEIR_HTTP_PORT", "tcp://10.0.0.7:8080")).getInt("weir.http.port"))
        .isEqualTo(8080);
  }

  private static Config overridden(Map<String, String> variables) {
    return Environment.of(REFERENCE, variables).overrides().withFallback(REFERENCE);
  }

  private static List<String> warnings(Map<String, String> variables) {
    return Environment.of(REFERENCE, variables).warnings();
  }
}
