package dev.weir.gateway.node;

import static dev.weir.gateway.node.Operator.expect;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators change on one node of three, one of which has no database. */
class CatalogChangesTest {

  private static final DatabaseSettings POSTGRES = TestDatabase.postgres();
  private static final String DATABASE =
      "weir.database { url = \"%s\", user = postgres, password = \"\", pool-size = 4 }\n"
          .formatted(POSTGRES.url());

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          DATABASE,
          DATABASE,
          """
          weir.roles = [gateway, inference]
          weir.database.url = "jdbc:postgresql://127.0.0.1:1/nowhere"
          CATALOG_TEST_KEY = very-secret
          """);

  private final Operator first = new Operator(nodes.node(0));
  private final Operator second = new Operator(nodes.node(1));
  private final Operator third = new Operator(nodes.node(2));

  @Test
  void aChangeOnOneNodeIsInForceOnAllWhenItIsAnswered() throws Exception {
    third.simulate("everywhere", 7);
    assertThat(lengths("everywhere")).containsOnly(7L);
    JsonNode stored =
        expect(
            200,
            first.put(
                "deployments/everywhere?note=longer",
                "{\"provider\": \"builtin\", \"engine\": \"sim\", \"tokens\": 9,"
                    + " \"time-to-first-token\": \"0ms\", \"inter-token\": \"0ms\"}"));
    assertThat(stored.path("following").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(stored.path("note").asText()).isEqualTo("longer");
    assertThat(lengths("everywhere")).containsOnly(9L);
    long version = stored.path("version").asLong();
    for (Operator operator : List.of(first, second, third)) {
      assertThat(operator.version()).isEqualTo(version);
    }
  }

  @Test
  void whatCannotBeIsNamedAndChangesNothing() throws Exception {
    long before = first.version();
    assertThat(refusal(second.put("deployments/bad", "provider = builtin, engine = smi")))
        .isEqualTo("weir.deployments.bad.engine = smi: use one of [embed, extract, sim]");
    assertThat(refusal(second.put("deployments/bad", "provider = openai, slotz = 3")))
        .startsWith("weir.deployments.bad.slotz = 3: no such key; provider 'openai' has [api-key,");
    assertThat(refusal(third.put("deployments/bad", "provider = openai, slots = many")))
        .startsWith("weir.deployments.bad: ")
        .contains("slots has type STRING rather than NUMBER");
    assertThat(refusal(third.put("deployments/bad", "{\"provider\": ")))
        .startsWith("weir.deployments.bad: write an object in JSON or HOCON");
    assertThat(refusal(first.put("models/bad", "deployments = [nobody]")))
        .startsWith("weir.models.bad.deployments = nobody: no such deployment; known: [");
    assertThat(refusal(first.put("models/pipeline/x", "deployments = [sim]")))
        .startsWith("weir.models = pipeline/x: a name begins with");
    assertThat(first.version()).isEqualTo(before);
    assertThat(first.get("catalog").path("deployments").has("bad")).isFalse();
  }

  @Test
  void aKeyIsNotTakenAndNeverShown() throws Exception {
    String upstream = "provider = openai, base-url = \"http://127.0.0.1:9/v1\", api-key = ";
    HttpResponse<String> literal = first.put("deployments/keyed", upstream + "sk-abc");
    assertThat(refusal(literal)).contains("weir.deployments.keyed.api-key", "${?LOCAL_KEY}");
    assertThat(literal.body()).doesNotContain("sk-abc");

    expect(200, first.put("deployments/keyed", upstream + "${?CATALOG_TEST_KEY}"));
    for (Operator operator : List.of(first, third)) {
      String all = operator.send(operator.at("catalog")).body();
      assertThat(all).contains("${?CATALOG_TEST_KEY}").doesNotContain("very-secret");
    }
    expect(200, third.delete("deployments/keyed"));
  }

  @Test
  void aDeploymentInUseStaysAndAFreeOneGoes() throws Exception {
    first.simulate("used", 3);
    JsonNode refused = expect(409, second.delete("deployments/used")).path("error");
    assertThat(refused.path("code").asText()).isEqualTo("deployment_in_use");
    assertThat(refused.path("message").asText()).contains("the models [used]");

    assertThat(third.get("deployments/used").path("tokens").asInt()).isEqualTo(3);
    expect(200, second.delete("models/used"));
    expect(200, second.delete("deployments/used"));
    expect(404, second.delete("deployments/used"));
    expect(404, second.send(second.at("models/used").GET()));
    for (int node = 0; node < 3; node++) {
      assertThat(ask(node, "used").body()).contains("model_not_found");
    }
  }

  @Test
  void aVersionComesBackWhole() throws Exception {
    second.simulate("again", 3);
    long good = second.version();
    second.simulate("again", 5);
    expect(200, second.delete("models/again"));
    JsonNode back = expect(200, third.rollBack(good));

    assertThat(lengths("again")).containsOnly(3L);
    JsonNode newest = first.get("catalog/versions").path("versions").path(0);
    assertThat(newest.path("version").asLong()).isEqualTo(back.path("version").asLong());
    assertThat(newest.path("change").asText()).isEqualTo("rolled back to version " + good);
    assertThat(first.get("catalog/versions/" + good).at("/deployments/again/tokens").asInt())
        .isEqualTo(3);
    expect(404, third.rollBack(1_000_000));
  }

  @Test
  void ofTwoChangesOfOneVersionOneIsRefused() throws Exception {
    String tag = "\"" + first.version() + "\"";
    List<HttpResponse<String>> answers =
        Stream.of(first, second)
            .parallel()
            .map(
                operator ->
                    operator
                        .node()
                        .http()
                        .sendAsync(
                            operator
                                .at("models/raced?note=" + operator.node().node().adminPort())
                                .header("If-Match", tag)
                                .PUT(BodyPublishers.ofString("deployments = [extract]"))
                                .build(),
                            HttpResponse.BodyHandlers.ofString())
                        .join())
            .toList();
    assertThat(answers).extracting(HttpResponse::statusCode).containsExactlyInAnyOrder(200, 409);
    assertThat(answers)
        .filteredOn(answer -> answer.statusCode() == 409)
        .allSatisfy(answer -> assertThat(answer.body()).contains("catalog_changed"));
  }

  @Test
  void aNodeThatJoinsLaterFollowsBeforeItIsReady() throws Exception {
    first.simulate("earlier", 6);
    try (TestNode node =
        nodes.join(
            """
            weir.roles = [gateway, inference]
            weir.catalog.poll-interval = 1h
            weir.database.url = "jdbc:postgresql://127.0.0.1:1/nowhere"
            """)) {
      Operator late = new Operator(node);
      assertThat(late.version()).isEqualTo(first.version());
      assertThat(lengths("earlier")).containsOnly(6L);
      expect(200, first.put("models/earlier", "deployments = [extract]"));
      assertThat(late.version()).isEqualTo(first.version());
    }
    nodes.awaitAlone();
  }

  @Test
  void whatIsConfiguredCanBeChangedAndTakenOut() throws Exception {
    String sim = "provider = builtin, engine = sim, tokens = 4, attributes.version = 2";
    expect(200, first.put("deployments/sim", sim));
    JsonNode shown =
        third
            .get("models")
            .path("deployments")
            .valueStream()
            .filter(deployment -> deployment.path("name").asText().equals("sim"))
            .findFirst()
            .orElseThrow();
    assertThat(shown.path("attributes").path("version").asText()).isEqualTo("2");
    long changed = first.version();
    expect(200, first.delete("models/sim"));
    expect(200, first.delete("deployments/sim"));
    assertThat(third.get("catalog").path("deployments").has("sim")).isFalse();
    expect(200, first.rollBack(changed));
    assertThat(third.get("catalog").path("deployments").has("sim")).isTrue();
  }

  private static String refusal(HttpResponse<String> answer) {
    JsonNode error = expect(400, answer).path("error");
    assertThat(error.path("code").asText()).isEqualTo("invalid_catalog");
    return error.path("message").asText();
  }

  /** How long answers are, from calls on every node. */
  private static List<Long> lengths(String model) {
    return Stream.of(0, 1, 2, 0, 1, 2)
        .map(node -> ask(node, model))
        .map(TestNode::json)
        .map(response -> response.path("usage").path("output_tokens").asLong(-1))
        .toList();
  }

  private static HttpResponse<String> ask(int node, String model) {
    try {
      return nodes
          .node(node)
          .post("/v1/responses", "{\"model\": \"" + model + "\", \"input\": \"x\"}");
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}
