package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static dev.weir.gateway.node.SimResponses.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.conversations.ConversationCreateParams;
import com.openai.models.conversations.items.ConversationItem;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a whole node remembers when it was stopped and started again, whatever its database. */
abstract class RestartSuite {

  private static final String FAST =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }\n";

  @TempDir private Path data;

  /** The settings of a database that outlives the node. */
  abstract String database(Path data);

  /** All that a client can read again. */
  private record Told(
      Response first,
      Response second,
      Response named,
      List<ResponseStreamEvent> events,
      List<ConversationItem> items,
      List<ResponseItem> input) {

    static Told read(OpenAIClient client, Told known) {
      String streamed = known.events().getFirst().asCreated().response().id();
      String conversation = known.named().conversation().orElseThrow().id();
      return new Told(
          client.responses().retrieve(known.first().id()),
          client.responses().retrieve(known.second().id()),
          client.responses().retrieve(known.named().id()),
          replayed(client, streamed),
          client.conversations().items().list(conversation).items(),
          client.responses().inputItems().list(known.first().id()).items());
    }
  }

  @Test
  void aNodeStartedAgainTellsTheSameAndGoesOn() {
    Told before;
    try (TestNode node = TestNode.start(data, FAST + database(data))) {
      OpenAIClient client = node.client();
      before = talk(client);
      assertThat(Told.read(client, before)).isEqualTo(before);
    }
    try (TestNode node = TestNode.start(data, FAST + database(data))) {
      OpenAIClient client = node.client();
      assertThat(Told.read(client, before)).isEqualTo(before);
      goesOn(client, before);
    }
  }

  @Test
  void changesOfTheCatalogOutliveTheNode() throws Exception {
    long version;
    try (TestNode node = TestNode.start(data, FAST + database(data))) {
      Operator operator = new Operator(node);
      operator.simulate("kept", 5);
      version = operator.version();
    }
    try (TestNode node = TestNode.start(data, FAST + database(data))) {
      assertThat(new Operator(node).version()).isEqualTo(version);
      assertThat(node.post("/v1/responses", "{\"model\": \"kept\", \"input\": \"x\"}").body())
          .contains("\"output_tokens\":5");
    }
  }

  @Test
  void aFileThatNoLongerGoesWithTheChangesIsToldAndCanBeRepaired() throws Exception {
    String file = FAST + database(data) + "\n";
    String own = file + "weir.deployments.mine { provider = builtin, engine = sim }\n";
    try (TestNode node = TestNode.start(data, own)) {
      Operator.expect(200, new Operator(node).put("models/own", "deployments = [mine]"));
    }
    assertThatThrownBy(() -> TestNode.start(data, file))
        .hasRootCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("of the catalog, as changed at run time")
        .hasMessageContaining("weir.models.own.deployments = mine: no such deployment")
        .hasMessageContaining("weir.catalog.changes = off");
    try (TestNode node = TestNode.start(data, file + "weir.catalog.changes = off")) {
      Operator.expect(200, new Operator(node).rollBack(0));
    }
    TestNode.start(data, file).close();
  }

  private static Told talk(OpenAIClient client) {
    String conversation =
        client
            .conversations()
            .create(
                ConversationCreateParams.builder()
                    .addItem(
                        EasyInputMessage.builder()
                            .role(EasyInputMessage.Role.USER)
                            .content("The river is called Amber.")
                            .build())
                    .build())
            .id();
    Response first = client.responses().create(ask("Where does it rise?").build());
    Response second =
        client.responses().create(ask("And then?").previousResponseId(first.id()).build());
    Response named =
        client.responses().create(ask("Remember it.").conversation(conversation).build());
    return new Told(
        first,
        second,
        named,
        streamed(client),
        client.conversations().items().list(conversation).items(),
        client.responses().inputItems().list(first.id()).items());
  }

  private static void goesOn(OpenAIClient client, Told before) {
    String conversation = before.named().conversation().orElseThrow().id();
    Response third =
        client.responses().create(ask("Go on.").previousResponseId(before.second().id()).build());
    Response namedToo = client.responses().create(ask("Go on.").conversation(conversation).build());

    assertThat(third.status()).contains(ResponseStatus.COMPLETED);
    assertThat(input(third)).isGreaterThan(input(before.second()));
    assertThat(input(namedToo)).isGreaterThan(input(before.named()));
    assertThat(client.conversations().items().list(conversation).items())
        .hasSize(before.items().size() + 2)
        .endsWith(before.items().toArray(ConversationItem[]::new));
  }

  private static List<ResponseStreamEvent> streamed(OpenAIClient client) {
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(ask("Tell me more.").build())) {
      return stream.stream().toList();
    }
  }

  private static List<ResponseStreamEvent> replayed(OpenAIClient client, String response) {
    try (StreamResponse<ResponseStreamEvent> stream =
        client
            .responses()
            .retrieveStreaming(ResponseRetrieveParams.builder().responseId(response).build())) {
      return stream.stream().toList();
    }
  }
}
