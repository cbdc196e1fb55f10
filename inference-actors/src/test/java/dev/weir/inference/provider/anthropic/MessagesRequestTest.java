package dev.weir.inference.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.upstream.CallBuilder;
import dev.weir.inference.provider.upstream.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesRequestTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aPlainQuestion() throws IOException {
    assertThat(body(Thinking.BUDGET, true, new CallBuilder().build()))
        .isEqualTo(
            JSON.readTree(
                """
                {"model":"m","max_tokens":10000,"stream":true,
                 "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                 "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}
                """));
  }

  @Test
  void speakersTakeTurnsAndTheNewestOfAConversationIsKept() throws IOException {
    JsonNode body =
        body(
            Thinking.BUDGET,
            true,
            new CallBuilder()
                .items(
                    Item.message("1", Role.USER, "Weather?"),
                    Item.message("2", Role.DEVELOPER, "Rules."),
                    Item.message("3", Role.ASSISTANT, "I look."),
                    new Item.Reasoning("4", ItemStatus.COMPLETED, "hm"),
                    new Item.FunctionCall("5", ItemStatus.COMPLETED, "c.1", "f", "{\"a\":1}"),
                    new Item.FunctionCall("6", ItemStatus.COMPLETED, "c2", "g", ""),
                    new Item.FunctionCallOutput("7", ItemStatus.COMPLETED, "c.1", "one"),
                    new Item.FunctionCallOutput("8", ItemStatus.COMPLETED, "c2", "two"),
                    Item.message("9", Role.USER, "And?"))
                .build());
    assertThat(body.get("system"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"type":"text","text":"Be brief."},
                 {"type":"text","text":"Rules.","cache_control":{"type":"ephemeral"}}]
                """));
    assertThat(body.get("messages"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"role":"user","content":[{"type":"text","text":"Weather?"}]},
                 {"role":"assistant","content":[{"type":"text","text":"I look."},
                   {"type":"tool_use","id":"c_1","name":"f","input":{"a":1}},
                   {"type":"tool_use","id":"c2","name":"g","input":{}}]},
                 {"role":"user","content":[
                   {"type":"tool_result","tool_use_id":"c_1","content":"one"},
                   {"type":"tool_result","tool_use_id":"c2","content":"two"},
                   {"type":"text","text":"And?","cache_control":{"type":"ephemeral"}}]}]
                """));
  }

  @Test
  void nothingIsMarkedWhereTheCacheIsOff() throws IOException {
    ModelCall call =
        new CallBuilder()
            .items(Item.message("1", Role.USER, "a"), Item.message("2", Role.ASSISTANT, "b"))
            .tools()
            .build();
    assertThat(body(Thinking.BUDGET, false, call).toString()).doesNotContain("cache_control");
    assertThat(body(Thinking.BUDGET, true, call).toString()).contains("cache_control");
  }

  @Test
  void toolsAreMarkedWhereThereIsNoSystemText() throws IOException {
    ModelCall call = new CallBuilder().instructions("").tools().build();
    assertThat(body(Thinking.BUDGET, true, call).get("tools"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"name":"f","description":"Does f.",
                  "input_schema":{"type":"object","additionalProperties":false}},
                 {"name":"g","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]
                """));
  }

  @Test
  void imagesAreBlocks() throws IOException {
    Item pictures =
        new Item.Message(
            "1",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(
                new Content.InputText(" "),
                new Content.InputImage("https://x.example/a.png", "low"),
                new Content.InputImage("data:image/png;base64,aGk=", "")));
    assertThat(
            body(Thinking.BUDGET, true, new CallBuilder().items(pictures).build())
                .at("/messages/0/content"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"type":"image","source":{"type":"url","url":"https://x.example/a.png"}},
                 {"type":"image","source":
                   {"type":"base64","media_type":"image/png","data":"aGk="}}]
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto | true | ",
        "auto | false | {\"type\":\"auto\",\"disable_parallel_tool_use\":true}",
        "none | false | {\"type\":\"none\"}",
        "required | true | {\"type\":\"any\"}",
        "required | false | {\"type\":\"any\",\"disable_parallel_tool_use\":true}",
        "g | true | {\"type\":\"tool\",\"name\":\"g\"}",
        "allowed | true | {\"type\":\"any\"}"
      })
  void toolChoice(String choice, boolean parallel, String json) throws IOException {
    ModelCall call = new CallBuilder().tools().choice(choice(choice)).parallel(parallel).build();
    JsonNode body = body(Thinking.BUDGET, true, call);
    assertThat(String.valueOf(body.get("tool_choice"))).isEqualTo(String.valueOf(json));
    assertThat(body.get("tools").size()).isEqualTo(choice.equals("allowed") ? 1 : 2);
  }

  private static ToolChoice choice(String word) {
    return switch (word) {
      case "auto" -> new ToolChoice.Auto();
      case "none" -> new ToolChoice.None();
      case "required" -> new ToolChoice.Required();
      case "allowed" -> new ToolChoice.Allowed(List.of("g"), true);
      default -> new ToolChoice.Function(word);
    };
  }

  @ParameterizedTest
  @CsvSource({"minimal,1024", "low,4096", "medium,7500", "high,7500"})
  void aBudgetLeavesAQuarterForTheAnswer(String effort, int budget) throws IOException {
    JsonNode body = body(Thinking.BUDGET, true, new CallBuilder().effort(effort).build());
    assertThat(body.get("thinking"))
        .isEqualTo(JSON.readTree("{\"type\":\"enabled\",\"budget_tokens\":" + budget + "}"));
    assertThat(body.has("output_config") || body.has("temperature")).isFalse();
  }

  @Test
  void adaptiveThinkingIsLedByTheEffort() throws IOException {
    JsonNode body =
        body(Thinking.ADAPTIVE, true, new CallBuilder().effort("minimal").sampled().build());
    assertThat(body.get("thinking"))
        .isEqualTo(JSON.readTree("{\"type\":\"adaptive\",\"display\":\"summarized\"}"));
    assertThat(body.get("output_config")).isEqualTo(JSON.readTree("{\"effort\":\"low\"}"));
    assertThat(body.has("temperature") || body.has("top_p")).isFalse();
  }

  @Test
  void whatCannotThinkDoesNot() throws IOException {
    CallBuilder high = new CallBuilder().effort("high").sampled();
    for (ModelCall call :
        List.of(
            new CallBuilder().effort("none").sampled().build(),
            new CallBuilder().effort("high").sampled().cap(1000).build(),
            new CallBuilder().effort("high").sampled().tools().choice(choice("required")).build(),
            high.items(
                    Item.message("1", Role.USER, "Hi"),
                    new Item.FunctionCall("2", ItemStatus.COMPLETED, "c", "f", "{}"),
                    new Item.FunctionCallOutput("3", ItemStatus.COMPLETED, "c", "one"))
                .build())) {
      JsonNode body = body(Thinking.BUDGET, true, call);
      assertThat(body.has("thinking")).isFalse();
      assertThat(body.get("temperature").asDouble()).isEqualTo(0.5);
      assertThat(body.get("top_p").asDouble()).isEqualTo(0.9);
    }
    assertThat(body(Thinking.OFF, true, new CallBuilder().effort("high").build()).has("thinking"))
        .isFalse();
  }

  @Test
  void aFormThatIsNotStrictIsAskedFor() throws IOException {
    JsonNode body =
        body(
            Thinking.BUDGET,
            true,
            new CallBuilder()
                .format(new TextFormat.JsonSchema("s", "", "{\"type\":\"object\"}", false))
                .build());
    assertThat(body.has("output_config")).isFalse();
    assertThat(body.at("/system/1/text").asText()).contains("{\"type\":\"object\"}");
    JsonNode object =
        body(Thinking.BUDGET, true, new CallBuilder().format(new TextFormat.JsonObject()).build());
    assertThat(object.at("/system/1/text").asText()).contains("JSON");
  }

  @Test
  void aStrictFormIsEnforced() throws IOException {
    JsonNode body =
        body(
            Thinking.BUDGET,
            true,
            new CallBuilder()
                .format(new TextFormat.JsonSchema("s", "", "{\"type\":\"object\"}", true))
                .user("u1")
                .build());
    assertThat(body.get("output_config"))
        .isEqualTo(
            JSON.readTree(
                "{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"));
    assertThat(body.at("/metadata/user_id").asText()).isEqualTo("u1");
  }

  @Test
  void aTemperatureTheUpstreamDoesNotKnowIsTheCallersMatter() {
    ModelCall hot = new CallBuilder().temperature(1.5).build();
    assertThatThrownBy(() -> body(Thinking.BUDGET, true, hot))
        .isInstanceOfSatisfying(
            WeirException.class,
            e ->
                assertThat(e.error())
                    .isInstanceOfSatisfying(
                        WeirError.InvalidRequest.class,
                        error -> assertThat(error.param()).isEqualTo("temperature")));
  }

  private static JsonNode body(Thinking thinking, boolean cache, ModelCall call)
      throws IOException {
    AnthropicSettings settings =
        new AnthropicSettings(
            new Endpoint(URI.create("http://h"), Map.of(), Duration.ofSeconds(1)),
            "m",
            thinking,
            cache);
    return JSON.readTree(new MessagesRequest(settings).body(call));
  }
}
