package dev.weir.gateway.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.node.Discovery;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.gateway.docs.Repository;
import dev.weir.gateway.node.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The compose file and what it mounts fit together, and with the settings. */
class ComposeTest {

  private static final List<String> NODES = List.of("gateway", "orchestrator", "inference");
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{(\\w+):\\?[^}]+}");
  private static final Pattern MENTIONED = Pattern.compile("\\$\\{(\\w+)");
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern EXAMPLE = Pattern.compile("^#?(\\w+)=(.*)$", Pattern.MULTILINE);

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "orchestrator", "inference"})
  void everyNodeIsToldWhatItUnderstands(String service) throws IOException {
    JsonNode environment = compose().at("/services/" + service + "/environment");
    Map<String, String> variables = new HashMap<>();
    environment.properties().stream()
        .filter(variable -> variable.getKey().startsWith("WEIR_"))
        .forEach(variable -> variables.put(variable.getKey(), variable.getValue().asText()));

    Configuration configuration =
        Configuration.load(Optional.of(Repository.file("deploy/weir.conf")), variables);

    assertThat(configuration.warnings()).isEmpty();
    Config config = configuration.config();
    NodeSettings node = NodeSettings.from(withHost(config));
    assertThat(node.roles()).singleElement().hasToString(service.toUpperCase(Locale.ROOT));
    assertThat(node.cluster().discovery().method()).isEqualTo(Discovery.Method.DNS);
    assertThat(node.cluster().failOver().lease()).contains("postgresql");
    assertThat(ConduitSettings.from(withHost(config), node.cluster()).host())
        .isEqualTo("172.18.0.5");
    assertThat(compose().at("/services/" + service + "/networks/default/aliases/0").asText())
        .isEqualTo(node.cluster().discovery().serviceName());
  }

  /** As if Docker had given the container this address; auto is for the container to find out. */
  private static Config withHost(Config config) {
    assertThat(config.getString("weir.cluster.host")).isEqualTo("auto");
    return ConfigFactory.parseString("weir.cluster.host = 172.18.0.5").withFallback(config);
  }

  @Test
  void noSecretHasADefaultAndEachIsExplainedInTheExample() throws IOException {
    String compose = Files.readString(Repository.file("docker-compose.yml"));
    String example = Files.readString(Repository.file(".env.example"));
    Set<String> required = names(REQUIRED, compose);
    assertThat(required)
        .containsExactlyInAnyOrder(
            "WEIR_API_KEY", "WEIR_ADMIN_KEY", "POSTGRES_PASSWORD", "GRAFANA_PASSWORD");
    assertThat(names(MENTIONED, compose))
        .filteredOn(name -> name.matches(".*(KEY|PASSWORD|SECRET|TOKEN).*"))
        .containsExactlyInAnyOrderElementsOf(required);
    for (MatchResult line : EXAMPLE.matcher(example).results().toList()) {
      if (required.contains(line.group(1))) {
        assertThat(line.group(2)).as(line.group(1)).isEmpty();
      }
    }
    assertThat(names(EXAMPLE, example)).containsAll(required);
  }

  @Test
  void everyMountedFileIsThereAndEveryImageHasAVersion() throws IOException {
    JsonNode services = compose().path("services");
    List<String> mounted = new ArrayList<>();
    services.findValues("volumes").forEach(list -> list.forEach(v -> mounted.add(v.asText())));
    assertThat(mounted)
        .filteredOn(volume -> volume.startsWith("./"))
        .isNotEmpty()
        .allSatisfy(
            volume -> assertThat(Repository.file(volume.split(":", -1)[0].substring(2))).exists());
    services.forEach(
        service -> assertThat(service.path("image").asText()).matches("\\S+:(?!latest).+"));
    services.forEach(
        service ->
            service
                .path("ports")
                .forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:")));
  }

  @Test
  void prometheusAndTheBalancerLookForTheServicesThereAre() throws IOException {
    JsonNode job = yaml("deploy/prometheus.yml").at("/scrape_configs/0/dns_sd_configs/0");
    List<String> names = new ArrayList<>();
    job.path("names").forEach(name -> names.add(name.asText()));
    assertThat(names).containsExactlyInAnyOrderElementsOf(NODES);
    assertThat(job.path("port").asInt()).isEqualTo(8080);
    assertThat(
            yaml("deploy/grafana/provisioning/datasources/prometheus.yml").at("/datasources/0/uid"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(Repository.file("deploy/grafana/dashboards/weir.json").toFile())
                .findPath("datasource")
                .path("uid"));
    assertThat(
            yaml("deploy/grafana/provisioning/dashboards/weir.yml").at("/providers/0/options/path"))
        .hasToString("\"/etc/grafana/dashboards\"");
    assertThat(Files.readString(Repository.file("deploy/haproxy.cfg")))
        .contains(" gateway:8080 ", "uri /health/ready ");
  }

  @Test
  void theImageIsBuiltFromAllThatMavenLooksFor() throws IOException {
    String image = Files.readString(Repository.file("Dockerfile"));
    List<String> sent = Files.readAllLines(Repository.file(".dockerignore"));
    Set<String> modules = names(MODULE, Files.readString(Repository.file("pom.xml")));
    assertThat(modules).contains("gateway-node");
    for (String module : modules) {
      assertThat(image).containsPattern("COPY " + module + "(/pom.xml)? ");
      assertThat(sent).containsAnyOf("!" + module, "!" + module + "/pom.xml");
    }
  }

  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    pattern.matcher(text).results().forEach(found -> names.add(found.group(1)));
    return names;
  }

  private static JsonNode compose() throws IOException {
    return yaml("docker-compose.yml");
  }

  /** With anchors and merges resolved, as Compose reads it. */
  private static JsonNode yaml(String path) throws IOException {
    Object tree = new Yaml().load(Files.readString(Repository.file(path)));
    return new ObjectMapper().valueToTree(tree);
  }
}
