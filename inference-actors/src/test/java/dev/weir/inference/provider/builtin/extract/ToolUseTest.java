package dev.weir.inference.provider.builtin.extract;

import static dev.weir.inference.provider.builtin.extract.Calls.answer;
import static dev.weir.inference.provider.builtin.extract.Calls.chat;
import static dev.weir.inference.provider.builtin.extract.Calls.reason;
import static dev.weir.inference.provider.builtin.extract.Calls.toolCalls;
import static dev.weir.inference.provider.builtin.extract.Calls.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolUseTest {

  private static final ToolChoice AUTO = new ToolChoice.Auto();

  private static final Tool WEATHER =
      tool(
          "get_weather",
          "Get the current weather in a given location",
          """
          {"type": "object", "required": ["location"], "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}}\
          """);
  private static final Tool EMAIL =
      tool(
          "send_email",
          "Send an email to a recipient",
          """
          {"type": "object", "required": ["to", "subject", "body"], "properties": {
            "to": {"type": "string", "format": "email"},
            "subject": {"type": "string"}, "body": {"type": "string", "description": "What to write."}}}\
          """);
  private static final Tool FLIGHT =
      tool(
          "book_flight",
          "Book a flight",
          """
          {"type": "object", "required": ["from", "to", "date"], "properties": {
            "from": {"type": "string"}, "to": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "passengers": {"type": "integer", "minimum": 1, "maximum": 9},
            "class": {"type": "string", "enum": ["economy", "business", "first"]},
            "refundable": {"type": "boolean"}}}\
          """);
  private static final Tool SEARCH =
      tool(
          "web_search",
          "Search the web for information",
          "{\"type\": \"object\", \"required\": [\"query\"], \"properties\": {\"query\": {\"type\":"
              + " \"string\"}}}");
  private static final Tool ADD =
      tool(
          "calculator_add",
          "Add two numbers",
          "{\"type\": \"object\", \"required\": [\"a\", \"b\"], \"properties\": {\"a\": {\"type\":"
              + " \"number\"}, \"b\": {\"type\": \"number\"}}}");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "What's the weather in Paris?|get_weather{\"location\":\"Paris\"}",
        "What's the weather like in San Francisco, CA today, in"
            + " celsius?|get_weather{\"location\":\"San Francisco, CA\",\"unit\":\"celsius\"}",
        "weather paris|get_weather{\"location\":\"paris\"}",
        "Send an email to bob@example.org about lunch saying see you at"
            + " noon|send_email{\"to\":\"bob@example.org\",\"subject\":\"lunch\",\"body\":\"see you"
            + " at noon\"}",
        "Book a flight from New York to Rome on March 5, 2026 for 2 passengers in business"
            + " class|book_flight{\"from\":\"New"
            + " York\",\"to\":\"Rome\",\"date\":\"2026-03-05\",\"passengers\":2,\"class\":\"business\"}",
        "Book a flight from Oslo to Bergen on 5.3.2026, not"
            + " refundable|book_flight{\"from\":\"Oslo\",\"to\":\"Bergen\",\"date\":\"2026-03-05\",\"refundable\":false}",
        "Search the web for best pizza in Rome|web_search{\"query\":\"best pizza in Rome\"}",
        "Please add 3 and 4.5|calculator_add{\"a\":3,\"b\":4.5}"
      })
  void callsTheToolThatFitsWithWhatTheMessageGives(String message, String call) {
    ModelCall asked = with(chat(message), AUTO, ADD, SEARCH, FLIGHT, EMAIL, WEATHER);
    assertThat(toolCalls(asked)).containsExactly(call);
    assertThat(reason(asked)).isEqualTo(FinishReason.TOOL_CALLS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Hello", "What is the capital of France?", "My name is Ada.", "Thanks"})
  void answersInWordsWhenNoToolFits(String message) {
    ModelCall asked = with(chat(message), AUTO, ADD, SEARCH, FLIGHT, EMAIL, WEATHER);
    assertThat(toolCalls(asked)).isEmpty();
    assertThat(answer(asked)).isNotBlank();
  }

  @Test
  void asksForWhatIsMissingAndCallsOnceItIsGiven() {
    String question = answer(with(chat("What is the weather?"), AUTO, WEATHER));
    assertThat(question)
        .isEqualTo(
            "To call get_weather I need location (The city and state, e.g. San Francisco, CA)."
                + " Which should I use?");
    assertThat(toolCalls(with(chat("What is the weather?", question, "Oslo"), AUTO, WEATHER)))
        .containsExactly("get_weather{\"location\":\"Oslo\"}");
    assertThat(answer(with(chat("Send an email to bob@example.org"), AUTO, EMAIL)))
        .isEqualTo(
            "To call send_email I need subject and body (What to write). Which should I use?");
  }

  @Test
  void keepsToTheToolChoice() {
    ModelCall call = chat("What's the weather in Paris?");
    assertThat(toolCalls(with(call, new ToolChoice.None(), WEATHER))).isEmpty();
    assertThat(toolCalls(with(call, new ToolChoice.Function("calculator_add"), WEATHER, ADD)))
        .containsExactly("calculator_add{\"a\":0,\"b\":0}");
    assertThat(
            toolCalls(
                with(call, new ToolChoice.Allowed(List.of("web_search"), false), WEATHER, SEARCH)))
        .isEmpty();
    assertThat(
            toolCalls(
                with(call, new ToolChoice.Allowed(List.of("web_search"), true), WEATHER, SEARCH)))
        .singleElement()
        .asString()
        .startsWith("web_search");
    assertThat(toolCalls(with(chat("Hello"), new ToolChoice.Required(), WEATHER))).hasSize(1);
    assertThatThrownBy(() -> toolCalls(with(call, new ToolChoice.Function("none"), WEATHER)))
        .isInstanceOf(WeirException.class);
  }

  @Test
  void callsSeveralOnlyWhenTheMessageHoldsSeveral() {
    ModelCall two = with(chat("What's the weather in Paris and in London?"), AUTO, WEATHER);
    assertThat(toolCalls(two))
        .containsExactly(
            "get_weather{\"location\":\"Paris\"}", "get_weather{\"location\":\"London\"}");
    assertThat(
            toolCalls(
                with(
                    chat("What's the weather in Paris? Then search the web for hotels."),
                    AUTO,
                    WEATHER,
                    SEARCH)))
        .containsExactly("get_weather{\"location\":\"Paris\"}", "web_search{\"query\":\"hotels\"}");
    assertThat(toolCalls(with(chat("What's the weather in Paris?"), AUTO, WEATHER, SEARCH)))
        .hasSize(1);
    ModelCall one =
        new ModelCall(
            "",
            two.items(),
            two.tools(),
            AUTO,
            false,
            two.format(),
            500,
            two.sampling(),
            null,
            two.metadata(),
            "");
    assertThat(toolCalls(one)).hasSize(1);
  }

  @Test
  void answersFromTheOutputInsteadOfCallingAgain() {
    ModelCall call = with(chat("What's the weather in Paris?"), AUTO, WEATHER);
    List<Item> items = new ArrayList<>(call.items());
    items.add(new Item.FunctionCall("f", ItemStatus.COMPLETED, "c", "get_weather", "{}"));
    items.add(new Item.FunctionCallOutput("o", ItemStatus.COMPLETED, "c", "Sunny, 21 degrees."));
    ModelCall next = with(ModelCall.of("", items, 500), AUTO, WEATHER);
    assertThat(toolCalls(next)).isEmpty();
    assertThat(answer(next)).isEqualTo("Sunny, 21 degrees.");
  }

  @Test
  void aDocumentDoesNotTriggerATool() {
    String document = "The weather station was built in 1932. Its location is remote. ".repeat(20);
    assertThat(toolCalls(with(chat(document + "\n\nWho paid for it?"), AUTO, WEATHER))).isEmpty();
  }

  @Test
  void strictSchemasGetNullForWhatIsNotGiven() {
    Tool strict =
        new Tool(
            "find_hotel",
            "Find a hotel",
            """
            {"type": "object", "additionalProperties": false, "required": ["city", "stars", "pool"], "properties": {
              "city": {"type": "string"}, "stars": {"type": ["integer", "null"]},
              "pool": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}}\
            """,
            true);
    assertThat(toolCalls(with(chat("Find a hotel in Bergen with 4 stars"), AUTO, strict)))
        .containsExactly("find_hotel{\"city\":\"Bergen\",\"stars\":4,\"pool\":null}");
  }

  @Test
  void aToolWithoutParametersIsCalledWithNone() {
    assertThat(
            toolCalls(
                with(
                    chat("list the open tickets"),
                    AUTO,
                    tool("list_tickets", "Lists open tickets", ""))))
        .containsExactly("list_tickets{}");
  }

  @Test
  void callIdsDifferFromTurnToTurnAndAreRepeatable() {
    ModelCall first = with(chat("weather in Oslo"), AUTO, WEATHER);
    ModelCall second = with(chat("weather in Oslo", "Fine.", "weather in Oslo"), AUTO, WEATHER);
    assertThat(Calls.deltas(first)).isEqualTo(Calls.deltas(first));
    assertThat(Calls.deltas(first).getFirst()).isNotEqualTo(Calls.deltas(second).getFirst());
  }

  @Test
  void aSchemaThatAcceptsNothingIsRefused() {
    Tool impossible =
        tool(
            "x",
            "x",
            "{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": false}}");
    assertThatThrownBy(() -> toolCalls(with(chat("x"), new ToolChoice.Required(), impossible)))
        .isInstanceOfSatisfying(
            WeirException.class, e -> assertThat(e.error().code()).isEqualTo("unsupported_schema"));
    assertThat(toolCalls(with(chat("x"), AUTO, impossible))).isEmpty();
  }

  private static Tool tool(String name, String description, String parameters) {
    return new Tool(name, description, parameters, false);
  }
}
