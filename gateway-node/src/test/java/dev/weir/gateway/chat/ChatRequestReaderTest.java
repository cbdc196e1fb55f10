package dev.weir.gateway.chat;

import static dev.weir.gateway.json.Refused.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.Json;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatRequestReaderTest {

  private final ChatRequestReader reader =
      new ChatRequestReader(new MessageReader(new ItemReader(() -> "1"), () -> "1"));

  @Test
  void messagesBecomeItems() {
    List<Item> items =
        read(
                """
                {"role":"developer","content":"Be brief."},
                {"role":"user","content":[{"type":"text","text":"What is this?"},
                  {"type":"image_url","image_url":{"url":"https://x.example/a.png","detail":"low"}}]},
                {"role":"assistant","content":null,"tool_calls":[
                  {"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"A cat"}]},
                {"role":"assistant","content":"A cat."}
                """,
                "")
            .request()
            .input();

    assertThat(items).hasSize(5);
    assertThat(items.get(0)).isEqualTo(Item.message("msg_1", Role.DEVELOPER, "Be brief."));
    assertThat(((Item.Message) items.get(1)).content())
        .containsExactly(
            new Content.InputText("What is this?"),
            new Content.InputImage("https://x.example/a.png", "low"));
    assertThat(items.get(2))
        .isInstanceOfSatisfying(
            Item.FunctionCall.class, call -> assertThat(call.callId()).isEqualTo("call_1"));
    assertThat(items.get(3))
        .isInstanceOfSatisfying(
            Item.FunctionCallOutput.class,
            output -> assertThat(output.output()).isEqualTo("A cat"));
    assertThat(items.get(4)).isEqualTo(Item.message("msg_1", Role.ASSISTANT, "A cat."));
  }

  @Test
  void optionsAreThoseOfAResponseThatIsNotStored() {
    ChatRequest chat =
        read(
            "{\"role\":\"user\",\"content\":\"Hello\"}",
            """
            "stream":true,"stream_options":{"include_usage":true},"stop":["a","b"],"n":1,
            "max_tokens":5,"max_completion_tokens":7,"temperature":0.5,"reasoning_effort":"low",
            "response_format":{"type":"json_object"},"store":true,"user":"u",
            "tools":[{"type":"function","function":{"name":"f"}}],
            "tool_choice":{"type":"function","function":{"name":"f"}},"metadata":{"k":"v"}
            """);

    assertThat(chat.stream()).isTrue();
    assertThat(chat.includeUsage()).isTrue();
    assertThat(chat.stop()).containsExactly("a", "b");
    assertThat(chat.request().store()).isFalse();
    assertThat(chat.request().maxOutputTokens()).isEqualTo(7);
    assertThat(chat.request().sampling().temperature()).isEqualTo(0.5);
    assertThat(chat.request().reasoning().effort()).isEqualTo("low");
    assertThat(chat.request().format()).isEqualTo(new TextFormat.JsonObject());
    assertThat(chat.request().toolChoice()).isEqualTo(new ToolChoice.Function("f"));
    assertThat(chat.request().metadata()).containsEntry("k", "v");
    assertThat(chat.request().extras().user()).isEqualTo("u");
  }

  @Test
  void oneStopSequenceMayBeAlone() {
    assertThat(read("{\"role\":\"user\",\"content\":\"Hello\"}", "\"stop\":\"END\"").stop())
        .containsExactly("END");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n                     | '\"n\":2'",
        "logprobs              | '\"logprobs\":true'",
        "stop                  | '\"stop\":\"\"'",
        "stop                  | '\"stop\":[\"a\",\"\"]'",
        "stop                  | '\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]'",
        "stop                  | '\"stop\":[1]'",
        "functions             | '\"functions\":[]'",
        "top_logprobs          | '\"top_logprobs\":2'",
        "logit_bias            | '\"logit_bias\":{\"50256\":-100}'",
        "web_search_options    | '\"web_search_options\":{}'",
        "modalities            | '\"modalities\":[\"audio\"]'",
        "max_completion_tokens | '\"max_completion_tokens\":0'",
        "response_format.type  | '\"response_format\":{\"type\":\"xml\"}'"
      })
  void whatIsNotServedIsNamed(String param, String field) {
    assertRefused(param, () -> read("{\"role\":\"user\",\"content\":\"Hello\"}", field));
  }

  @Test
  void hintsAreTakenAndWithoutEffect() {
    String hints =
        """
        "seed":7,"prediction":{"type":"content","content":"Hello"},"top_logprobs":0,"logit_bias":{}
        """;

    assertThat(read("{\"role\":\"user\",\"content\":\"Hello\"}", hints))
        .isEqualTo(read("{\"role\":\"user\",\"content\":\"Hello\"}", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "messages                            | ''",
        "messages[0].role                    | '{\"content\":\"x\"}'",
        "messages[0].role                    | '{\"role\":\"function\",\"content\":\"x\"}'",
        "messages[0].content                 | '{\"role\":\"user\"}'",
        "messages[0].content                 | '{\"role\":\"assistant\"}'",
        "messages[0].tool_call_id            | '{\"role\":\"tool\",\"content\":\"x\"}'",
        "messages[0].tool_calls[0].function  | '{\"role\":\"assistant\",\"tool_calls\":[{}]}'",
        "messages[0].content[0].type         |"
            + " '{\"role\":\"user\",\"content\":[{\"type\":\"file\"}]}'",
        "messages[0].content[0].type         | '{\"role\":\"tool\",\"tool_call_id\":\"c\","
            + "\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\"}}]}'"
      })
  void mistakesInMessagesAreNamed(String param, String message) {
    assertRefused(param, () -> read(message, ""));
  }

  private ChatRequest read(String messages, String fields) {
    String body =
        "{\"model\":\"m\",\"messages\":[%s]%s}"
            .formatted(messages, fields.isEmpty() ? "" : "," + fields);
    return reader.read(Fields.of(Json.readObject(body.getBytes(StandardCharsets.UTF_8))));
  }
}
