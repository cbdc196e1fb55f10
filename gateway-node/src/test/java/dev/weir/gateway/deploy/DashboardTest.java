package dev.weir.gateway.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.docs.Repository;
import dev.weir.gateway.node.Await;
import dev.weir.gateway.node.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number the dashboard asks for is one that a node tells, with those labels. */
class DashboardTest {

  private static final Pattern SERIES =
      Pattern.compile("^(weir_\\w+)(?:\\{([^}]*)})? \\S+", Pattern.MULTILINE);
  private static final Pattern METRIC = Pattern.compile("\\b(weir_\\w+)(?:\\{([^}]*)})?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=~?\"");
  private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");
  private static final Pattern SHOWN = Pattern.compile("\\{\\{(\\w+)}}");

  /** What Prometheus itself adds. */
  private static final Set<String> OF_THE_SCRAPE = Set.of("job", "role", "instance");

  @TempDir private static Path data;

  /** One thing that the dashboard asks Prometheus for. */
  private record Query(String expression, String legend) {

    /** The labels it selects, groups or shows by, beside those of the scrape. */
    Set<String> labels() {
      Set<String> labels = new TreeSet<>();
      LABEL.matcher(expression).results().forEach(found -> labels.add(found.group(1)));
      BY.matcher(expression)
          .results()
          .forEach(found -> labels.addAll(Arrays.asList(found.group(1).split(",\\s*"))));
      SHOWN.matcher(legend).results().forEach(found -> labels.add(found.group(1)));
      labels.removeAll(OF_THE_SCRAPE);
      return labels;
    }
  }

  @Test
  void everyQueryIsOfNumbersAndLabelsThatANodeTells() throws Exception {
    List<Query> queries = queries();
    assertThat(queries).hasSizeGreaterThan(25);
    Map<String, Set<String>> told = told(queries);

    for (Query query : queries) {
      METRIC
          .matcher(query.expression())
          .results()
          .forEach(
              metric -> {
                assertThat(told).as(query.expression()).containsKey(metric.group(1));
                assertThat(told.get(metric.group(1)))
                    .as(query.expression())
                    .containsAll(query.labels());
              });
    }
  }

  private static List<Query> queries() throws IOException {
    JsonNode dashboard =
        new ObjectMapper()
            .readTree(Repository.file("deploy/grafana/dashboards/weir.json").toFile());
    List<Query> queries = new ArrayList<>();
    for (JsonNode target : dashboard.findParents("expr")) {
      queries.add(new Query(target.path("expr").asText(), target.path("legendFormat").asText("")));
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      queries.add(new Query(variable.at("/query/query").asText(), ""));
    }
    return queries;
  }

  /** Names with their labels, once a node that has had all kinds of requests tells all of them. */
  private static Map<String, Set<String>> told(List<Query> queries) throws Exception {
    Set<String> wanted = new TreeSet<>();
    for (Query query : queries) {
      METRIC.matcher(query.expression()).results().forEach(name -> wanted.add(name.group(1)));
    }
    try (TestNode node =
        TestNode.start(
            data,
            """
            weir {
              deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 8 }
              models.tried { deployments = [sim], shadow { deployment = sim, share = 1 } }
              tiers.default.requests-per-minute = 5
              telemetry.interval = 100ms
            }
            """)) {
      post(node, "{\"model\":\"tried\",\"stream\":true,\"input\":\"x\"}");
      String fails = "\"metadata\":{\"sim.fault\":\"server_error\"}";
      assertThat(post(node, "{\"model\":\"sim\",\"input\":\"x\"," + fails + "}"))
          .contains("upstream_error");
      String last = "";
      for (int tries = 0; !last.contains("rate_limit_exceeded") && tries < 20; tries++) {
        last = post(node, "{\"model\":\"sim\",\"input\":\"x\"}");
      }
      assertThat(last).contains("rate_limit_exceeded");
      return Await.found(
          "all of " + wanted,
          () -> series(node.get("/metrics").body()),
          told -> told.keySet().containsAll(wanted));
    }
  }

  private static Map<String, Set<String>> series(String page) {
    Map<String, Set<String>> series = new TreeMap<>();
    Matcher line = SERIES.matcher(page);
    while (line.find()) {
      Set<String> labels = series.computeIfAbsent(line.group(1), name -> new TreeSet<>());
      if (line.group(2) != null) {
        LABEL.matcher(line.group(2)).results().forEach(label -> labels.add(label.group(1)));
      }
    }
    return series;
  }

  private static String post(TestNode node, String body) throws Exception {
    return node.post("/v1/responses", body).body();
  }
}
