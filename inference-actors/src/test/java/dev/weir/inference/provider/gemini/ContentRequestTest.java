package dev.weir.inference.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

class ContentRequestTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aPlainQuestion() throws IOException {
    assertThat(body(Thinking.LEVEL, new CallBuilder().build()))
        .isEqualTo(
            JSON.readTree(
                """
                {"systemInstruction":{"parts":[{"text":"Be brief."}]},
                 "contents":[{"role":"user","parts":[{"text":"Hi"}]}],
                 "generationConfig":{"maxOutputTokens":10000}}
                """));
  }

  @Test
  void callsAndResultsHaveNamesAndAreObjects() throws IOException {
    ModelCall call =
        new CallBuilder()
            .items(
                Item.message("1", Role.USER, "Weather?"),
                new Item.FunctionCall("2", ItemStatus.COMPLETED, "c1", "f", "{\"a\":1}"),
                new Item.FunctionCall("3", ItemStatus.COMPLETED, "c2", "g", ""),
                new Item.FunctionCallOutput("4", ItemStatus.COMPLETED, "c1", "{\"b\":2}"),
                new Item.FunctionCallOutput("5", ItemStatus.COMPLETED, "c2", "{} rain"))
            .build();
    assertThat(body(Thinking.LEVEL, call).get("contents"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"role":"user","parts":[{"text":"Weather?"}]},
                 {"role":"model","parts":[
                   {"functionCall":{"id":"c1","name":"f","args":{"a":1}},
                    "thoughtSignature":"skip_thought_signature_validator"},
                   {"functionCall":{"id":"c2","name":"g","args":{}}}]},
                 {"role":"user","parts":[
                   {"functionResponse":{"id":"c1","name":"f","response":{"b":2}}},
                   {"functionResponse":{"id":"c2","name":"g","response":{"output":"{} rain"}}}]}]
                """));
    assertThat(body(Thinking.BUDGET, call).toString()).doesNotContain("thoughtSignature");
  }

  @Test
  void imagesAreParts() throws IOException {
    Item pictures =
        new Item.Message(
            "1",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(
                new Content.InputImage("https://x.example/a.png", "low"),
                new Content.InputImage("data:image/png;base64,aGk=", "")));
    assertThat(
            body(Thinking.LEVEL, new CallBuilder().items(pictures).build()).at("/contents/0/parts"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"fileData":{"fileUri":"https://x.example/a.png"}},
                 {"inlineData":{"mimeType":"image/png","data":"aGk="}}]
                """));
  }

  @Test
  void toolsKeepTheirSchemas() throws IOException {
    assertThat(body(Thinking.LEVEL, new CallBuilder().tools().build()).get("tools"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"functionDeclarations":[
                  {"name":"f","description":"Does f.",
                   "parametersJsonSchema":{"type":"object","additionalProperties":false}},
                  {"name":"g"}]}]
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto | ",
        "none | {\"functionCallingConfig\":{\"mode\":\"NONE\"}}",
        "required | {\"functionCallingConfig\":{\"mode\":\"ANY\"}}",
        "allowed | {\"functionCallingConfig\":{\"mode\":\"ANY\"}}",
        "g | {\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"g\"]}}"
      })
  void toolChoice(String choice, String json) throws IOException {
    JsonNode body = body(Thinking.LEVEL, new CallBuilder().tools().choice(choice(choice)).build());
    assertThat(String.valueOf(body.get("toolConfig"))).isEqualTo(String.valueOf(json));
    assertThat(body.at("/tools/0/functionDeclarations").size())
        .isEqualTo(choice.equals("allowed") ? 1 : 2);
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

  @Test
  void theRestOfTheCall() throws IOException {
    ModelCall call =
        new CallBuilder()
            .sampled()
            .effort("low")
            .format(new TextFormat.JsonSchema("s", "", "{\"type\":\"object\"}", true))
            .build();
    assertThat(body(Thinking.BUDGET, call).get("generationConfig"))
        .isEqualTo(
            JSON.readTree(
                """
                {"maxOutputTokens":10000,"temperature":0.5,"topP":0.9,"presencePenalty":0.1,
                 "frequencyPenalty":0.2,"responseMimeType":"application/json",
                 "responseJsonSchema":{"type":"object"},
                 "thinkingConfig":{"includeThoughts":true,"thinkingBudget":2048}}
                """));
    JsonNode object =
        body(Thinking.LEVEL, new CallBuilder().format(new TextFormat.JsonObject()).build());
    assertThat(object.at("/generationConfig/responseMimeType").asText())
        .isEqualTo("application/json");
  }

  @ParameterizedTest
  @CsvSource({
    "none,0,low",
    "minimal,512,low",
    "low,2048,low",
    "medium,7500,medium",
    "high,7500,high",
    "xhigh,7500,high"
  })
  void anEffortIsABudgetOrALevel(String effort, int budget, String level) throws IOException {
    ModelCall call = new CallBuilder().effort(effort).build();
    JsonNode budgeted = body(Thinking.BUDGET, call).at("/generationConfig/thinkingConfig");
    JsonNode leveled = body(Thinking.LEVEL, call).at("/generationConfig/thinkingConfig");
    assertThat(budgeted.get("thinkingBudget").asInt()).isEqualTo(budget);
    assertThat(leveled.get("thinkingLevel").asText()).isEqualTo(level);
    assertThat(leveled.has("includeThoughts")).isEqualTo(!effort.equals("none"));
    assertThat(body(Thinking.OFF, call).at("/generationConfig").has("thinkingConfig")).isFalse();
  }

  private static JsonNode body(Thinking thinking, ModelCall call) throws IOException {
    GeminiSettings settings =
        new GeminiSettings(
            new Endpoint(URI.create("http://h"), Map.of(), Duration.ofSeconds(1)),
            new Endpoint(URI.create("http://h"), Map.of(), Duration.ofSeconds(1)),
            "models/m",
            thinking,
            thinking == Thinking.LEVEL);
    return JSON.readTree(new ContentRequest(settings).body(call));
  }
}
