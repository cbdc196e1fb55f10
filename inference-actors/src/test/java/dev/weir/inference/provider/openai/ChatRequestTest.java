package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatRequestTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Tool F = new Tool("f", "Does f.", "{\"type\":\"object\"}", true);
  private static final Tool G = new Tool("g", "", "", false);

  @Test
  void aPlainQuestion() throws IOException {
    assertThat(body(ModelCall.of("Be brief.", List.of(Item.message("m", Role.USER, "Hi")), 9)))
        .isEqualTo(
            JSON.readTree(
                """
                {"model":"m","stream":true,"stream_options":{"include_usage":true},
                 "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
                 "max_tokens":9}
                """));
  }

  @Test
  void whatTheAssistantSaysAndCallsInARowIsOneMessage() throws IOException {
    List<Item> items =
        List.of(
            Item.message("1", Role.DEVELOPER, "Rules."),
            Item.message("2", Role.ASSISTANT, "I look."),
            new Item.Reasoning("3", ItemStatus.COMPLETED, "hm"),
            new Item.FunctionCall("4", ItemStatus.COMPLETED, "c1", "f", "{}"),
            new Item.FunctionCall("5", ItemStatus.COMPLETED, "c2", "g", "{\"a\":1}"),
            new Item.FunctionCallOutput("6", ItemStatus.COMPLETED, "c1", "one"),
            new Item.FunctionCallOutput("7", ItemStatus.COMPLETED, "c2", "two"),
            new Item.FunctionCall("8", ItemStatus.COMPLETED, "c3", "f", "{}"));
    assertThat(body(ModelCall.of("", items, 9)).get("messages"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"role":"system","content":"Rules."},
                 {"role":"assistant","content":"I look.","tool_calls":[
                   {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},
                   {"id":"c2","type":"function","function":{"name":"g","arguments":"{\\"a\\":1}"}}]},
                 {"role":"tool","tool_call_id":"c1","content":"one"},
                 {"role":"tool","tool_call_id":"c2","content":"two"},
                 {"role":"assistant","content":null,"tool_calls":[
                   {"id":"c3","type":"function","function":{"name":"f","arguments":"{}"}}]}]
                """));
  }

  @Test
  void imagesArePartsOfTheirMessage() throws IOException {
    Item picture =
        new Item.Message(
            "1",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(
                new Content.InputText("What is it?"),
                new Content.InputImage("https://x.example/a.png", "low")));
    assertThat(body(ModelCall.of("", List.of(picture), 9)).at("/messages/0/content"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"type":"text","text":"What is it?"},
                 {"type":"image_url","image_url":{"url":"https://x.example/a.png","detail":"low"}}]
                """));
  }

  @Test
  void toolsAndTheirChoice() throws IOException {
    JsonNode body = body(call(new ToolChoice.Function("g"), new TextFormat.Plain()));
    assertThat(body.get("tools"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"type":"function","function":{"name":"f","description":"Does f.",
                  "parameters":{"type":"object"},"strict":true}},
                 {"type":"function","function":{"name":"g"}}]
                """));
    assertThat(body.get("tool_choice"))
        .isEqualTo(JSON.readTree("{\"type\":\"function\",\"function\":{\"name\":\"g\"}}"));
    assertThat(body.get("parallel_tool_calls").asBoolean()).isFalse();
    assertThat(body(call(new ToolChoice.None(), new TextFormat.Plain())).get("tool_choice"))
        .hasToString("\"none\"");
    assertThat(body(call(new ToolChoice.Auto(), new TextFormat.Plain())).has("tool_choice"))
        .isFalse();
  }

  @Test
  void allowedToolsAreASubset() throws IOException {
    JsonNode body = body(call(new ToolChoice.Allowed(List.of("g"), true), new TextFormat.Plain()));
    assertThat(body.at("/tools").size()).isEqualTo(1);
    assertThat(body.at("/tools/0/function/name")).hasToString("\"g\"");
    assertThat(body.get("tool_choice")).hasToString("\"required\"");
    JsonNode none = body(call(new ToolChoice.Allowed(List.of(), true), new TextFormat.Plain()));
    assertThat(none.has("tools") || none.has("tool_choice") || none.has("parallel_tool_calls"))
        .isFalse();
  }

  @Test
  void theRestOfTheCall() throws IOException {
    JsonNode body =
        body(
            call(
                new ToolChoice.Auto(),
                new TextFormat.JsonSchema("s", "A thing.", "{\"type\":\"string\"}", true)));
    assertThat(body.get("response_format"))
        .isEqualTo(
            JSON.readTree(
                """
                {"type":"json_schema","json_schema":{"name":"s","description":"A thing.",
                 "schema":{"type":"string"},"strict":true}}
                """));
    assertThat(body.get("temperature").asDouble()).isEqualTo(0.5);
    assertThat(body.get("top_p").asDouble()).isEqualTo(0.9);
    assertThat(body.get("presence_penalty").asDouble()).isEqualTo(0.1);
    assertThat(body.get("frequency_penalty").asDouble()).isEqualTo(0.2);
    assertThat(body.get("reasoning_effort")).hasToString("\"low\"");
    assertThat(body.get("user")).hasToString("\"u1\"");
    assertThat(
            body(call(new ToolChoice.Auto(), new TextFormat.JsonObject())).get("response_format"))
        .hasToString("{\"type\":\"json_object\"}");
  }

  @Test
  void aSchemaCannotReachBeyondItsPlace() throws IOException {
    Tool sly = new Tool("f", "", "{}, \"model\": \"expensive\"", false);
    assertThat(body(withTools(List.of(sly))).at("/tools/0/function"))
        .isEqualTo(JSON.readTree("{\"name\":\"f\",\"parameters\":{}}"));
    Tool broken = new Tool("f", "", "{\"type\":", false);
    assertThatThrownBy(() -> body(withTools(List.of(broken)))).isInstanceOf(WeirException.class);
  }

  @Test
  void whatWasSaidAlreadyIsTheAssistantsLastMessage() throws IOException {
    ModelCall call =
        ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 3).withPrefix("So far ");
    JsonNode plain = body(call);
    assertThat(plain.at("/messages/1"))
        .isEqualTo(JSON.readTree("{\"role\":\"assistant\",\"content\":\"So far \"}"));
    assertThat(plain.has("continue_final_message")).isFalse();
    assertThat(body(call, Continuation.PREFIX).at("/messages/1/prefix").asBoolean()).isTrue();
    JsonNode vllm = body(call, Continuation.CONTINUE_FINAL_MESSAGE);
    assertThat(vllm.get("continue_final_message").asBoolean()).isTrue();
    assertThat(vllm.get("add_generation_prompt").asBoolean(true)).isFalse();
  }

  @Test
  void namesOfFieldsAreConfigurable() throws IOException {
    OpenAiSettings settings =
        new OpenAiSettings(
            URI.create("http://h/v1"),
            "",
            "m",
            "max_completion_tokens",
            false,
            Continuation.OFF,
            Duration.ZERO);
    JsonNode body = JSON.readTree(new ChatRequest(settings).body(ModelCall.of("", List.of(), 3)));
    assertThat(body.get("max_completion_tokens").asInt()).isEqualTo(3);
    assertThat(body.has("stream_options")).isFalse();
  }

  private static ModelCall call(ToolChoice choice, TextFormat format) {
    return new ModelCall(
        "",
        List.of(Item.message("m", Role.USER, "Hi")),
        List.of(F, G),
        choice,
        false,
        format,
        9,
        new ModelCall.Sampling(0.5, 0.9, 0.1, 0.2),
        "low",
        Map.of("sim.tokens", "3"),
        "u1");
  }

  private static ModelCall withTools(List<Tool> tools) {
    return new ModelCall(
        "",
        List.of(),
        tools,
        new ToolChoice.Auto(),
        true,
        new TextFormat.Plain(),
        9,
        ModelCall.Sampling.DEFAULT,
        null,
        Map.of(),
        "");
  }

  private static JsonNode body(ModelCall call) throws IOException {
    return body(call, Continuation.ASSISTANT);
  }

  private static JsonNode body(ModelCall call, Continuation continuation) throws IOException {
    OpenAiSettings settings =
        new OpenAiSettings(
            URI.create("http://h/v1"),
            "",
            "m",
            "max_tokens",
            true,
            continuation,
            Duration.ofSeconds(1));
    return JSON.readTree(new ChatRequest(settings).body(call));
  }
}
