package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.json.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.TextMessage;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Flow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The chat against a server that speaks the protocol's few frames. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatTest {

  private final ActorTestKit kit = ActorTestKit.create();
  private final Queue<String> keys = new ConcurrentLinkedQueue<>();
  private ServerBinding server;

  @BeforeAll
  void listen() {
    server =
        Http.get(kit.system())
            .newServerAt("127.0.0.1", 0)
            .bind(routes())
            .toCompletableFuture()
            .join();
  }

  @AfterAll
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void textOnTheCommandLineGetsOneAnswer() {
    Cli.Result result = chat(Map.of(), "", "Hello", "you");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("own: Hello you\n");
  }

  @Test
  void pipedInputGetsOneAnswer() {
    Cli.Result result = chat(Map.of(), "Two\nlines", "--model", "sim");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("sim: Two\nlines\n");
  }

  @Test
  void aRefusalIsToldAndIsAFailure() {
    Cli.Result result = chat(Map.of(), "", "--model", "nonsense", "Hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("No model 'nonsense'.");
  }

  @Test
  void theKeyOfTheEnvironmentIsShown() {
    chat(Map.of("WEIR_API_KEY", "secret"), "", "Hello");

    assertThat(keys).contains("Bearer secret");
  }

  @Test
  void whereNobodyListensTheRemedyIsNamed() {
    Cli.Result result = new Cli(Map.of()).run("chat", "--port", "1", "Hello");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("Nothing answers").contains("./weir up");
  }

  private Cli.Result chat(Map<String, String> variables, String input, String... arguments) {
    List<String> all =
        new java.util.ArrayList<>(List.of("chat", "--port", "" + server.localAddress().getPort()));
    all.addAll(List.of(arguments));
    return new Cli(variables)
        .run(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            all.toArray(String[]::new));
  }

  private Route routes() {
    String models = "{\"data\": [{\"id\": \"extract\"}, {\"id\": \"own\"}, {\"id\": \"sim\"}]}";
    return Directives.pathPrefix(
        "v1",
        () ->
            Directives.concat(
                Directives.path(
                    "models", () -> Directives.complete(HttpResponse.create().withEntity(models))),
                Directives.path(
                    "responses",
                    () ->
                        Directives.optionalHeaderValueByName(
                            "Authorization",
                            key -> {
                              key.ifPresent(keys::add);
                              return Directives.handleWebSocketMessages(answers());
                            }))));
  }

  private static Flow<Message, Message, NotUsed> answers() {
    return Flow.of(Message.class)
        .mapConcat(message -> frames(message.asTextMessage().getStrictText()))
        .map(TextMessage::create);
  }

  private static List<String> frames(String request) {
    var json = Json.readObject(request.getBytes(StandardCharsets.UTF_8));
    String model = json.path("model").asText();
    if (model.equals("nonsense")) {
      return List.of(
          "{\"type\":\"error\",\"status\":404,\"error\":{\"message\":\"No model 'nonsense'.\"}}");
    }
    return List.of(
        "{\"type\":\"response.created\"}",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"" + model + ": \"}",
        "{\"type\":\"response.output_text.delta\",\"delta\":" + json.path("input") + "}",
        "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}");
  }
}
