package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The official client's chat completions, whole and streamed. */
class ChatCompletionsTest {

  private static final String FAST =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }";

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(FAST);

  private final OpenAIClient client = nodes.node().client();

  @Test
  void completesAChat() {
    ChatCompletion completion =
        client
            .chat()
            .completions()
            .create(params().addSystemMessage("Be brief.").maxCompletionTokens(10).build());

    completion.validate();
    assertThat(completion.id()).startsWith("chatcmpl-");
    ChatCompletion.Choice choice = completion.choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
    assertThat(choice.message().content()).get().asString().isNotBlank();
    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(10);
    assertThat(completion._allProperties().get("weir").toString()).contains("deployment=sim");
  }

  @Test
  void streamsTheSameTextInChunks() {
    String whole = content(client.chat().completions().create(params().build()));
    List<ChatCompletionChunk> chunks =
        stream(
            params()
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    chunks.forEach(ChatCompletionChunk::validate);
    assertThat(chunks.getFirst().choices().getFirst().delta().role())
        .contains(ChatCompletionChunk.Choice.Delta.Role.ASSISTANT);
    assertThat(text(chunks)).isEqualTo(whole).isNotBlank();
    assertThat(chunks.stream().map(ChatCompletionChunk::id).distinct()).hasSize(1);
    ChatCompletionChunk usage = chunks.getLast();
    assertThat(usage.choices()).isEmpty();
    assertThat(usage.usage().orElseThrow().completionTokens()).isEqualTo(64);
    assertThat(usage._allProperties()).containsKey("weir");
    assertThat(chunks.get(chunks.size() - 2).choices().getFirst().finishReason())
        .contains(ChatCompletionChunk.Choice.FinishReason.STOP);
  }

  @Test
  void aStreamWithoutUsageEndsWithItsFinishReason() {
    ChatCompletionChunk last = stream(params().maxCompletionTokens(3).build()).getLast();

    assertThat(last.choices().getFirst().finishReason())
        .contains(ChatCompletionChunk.Choice.FinishReason.LENGTH);
    assertThat(last.usage()).isEmpty();
    assertThat(last._allProperties()).containsKey("weir");
  }

  @Test
  void callsTools() {
    ChatCompletion completion = client.chat().completions().create(toolParams().build());

    completion.validate();
    ChatCompletion.Choice choice = completion.choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(choice.message().content()).isEmpty();
    assertThat(call(choice).function().name()).isEqualTo("weather");
  }

  @Test
  void streamedToolCallsAccumulateToTheSame() {
    ChatCompletion whole = client.chat().completions().create(toolParams().build());
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    stream(toolParams().build()).forEach(accumulator::accumulate);

    ChatCompletion.Choice choice = accumulator.chatCompletion().choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(call(choice)).isEqualTo(call(whole.choices().getFirst()));
  }

  @Test
  void toolResultsGoBackToTheModel() {
    ChatCompletion.Choice asked =
        client.chat().completions().create(toolParams().build()).choices().getFirst();
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                params()
                    .addMessage(asked.message())
                    .addMessage(
                        ChatCompletionToolMessageParam.builder()
                            .toolCallId(call(asked).id())
                            .content("Sunny.")
                            .build())
                    .build());

    assertThat(content(answer)).isNotBlank();
  }

  @Test
  void aStopSequenceEndsTheTextAndTheRun() {
    String whole = content(client.chat().completions().create(params().build()));
    String stop = List.of(whole.split(" ", -1)).get(6);
    String before = whole.substring(0, whole.indexOf(stop));
    ChatCompletionCreateParams.Builder endless = sim(Map.of("sim.tokens", "100000")).stop(stop);

    ChatCompletion completion = client.chat().completions().create(endless.build());
    assertThat(content(completion)).isEqualTo(before);
    assertThat(completion.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(completion.usage().orElseThrow().completionTokens()).isLessThan(100_000);

    List<ChatCompletionChunk> chunks = stream(endless.build());
    assertThat(text(chunks)).isEqualTo(before);
    assertThat(chunks.getLast().choices().getFirst().finishReason())
        .contains(ChatCompletionChunk.Choice.FinishReason.STOP);
  }

  @Test
  void aFailureBeforeTheFirstTokenHasAStatus() {
    assertThatThrownBy(
            () -> client.chat().completions().create(sim(Map.of("sim.fault", "bad_key")).build()))
        .isInstanceOf(OpenAIServiceException.class)
        .satisfies(
            failure -> assertThat(((OpenAIServiceException) failure).statusCode()).isEqualTo(502));
  }

  @Test
  void aFailureInMidStreamIsAnErrorEvent() {
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (StreamResponse<ChatCompletionChunk> stream =
                  client
                      .chat()
                      .completions()
                      .createStreaming(sim(Map.of("sim.fault", "drop@5")).build())) {
                stream.stream().forEach(chunks::add);
              }
            })
        .isInstanceOf(SseException.class)
        .hasMessageContaining("upstream_closed");
    assertThat(text(chunks)).isNotBlank();
  }

  @Test
  void whatIsNotServedIsRefusedByName() {
    assertThatThrownBy(() -> client.chat().completions().create(params().n(2).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("'n' must be 1");
    assertThatThrownBy(() -> client.chat().completions().create(params().logprobs(true).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("logprobs");
    assertThatThrownBy(() -> client.chat().completions().create(params().model("nonsense").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("nonsense");
  }

  private List<ChatCompletionChunk> stream(ChatCompletionCreateParams params) {
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(chunks::add);
    }
    return chunks;
  }

  private static ChatCompletionCreateParams.Builder params() {
    return ChatCompletionCreateParams.builder().model("sim").addUserMessage("Tell me of rivers.");
  }

  private static ChatCompletionCreateParams.Builder sim(Map<String, String> metadata) {
    return params().putAdditionalBodyProperty("metadata", JsonValue.from(metadata));
  }

  private static ChatCompletionCreateParams.Builder toolParams() {
    FunctionParameters schema =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty("properties", JsonValue.from(Map.of()))
            .build();
    return sim(Map.of("sim.tool", "weather"))
        .addTool(
            ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder().name("weather").parameters(schema).build())
                .build());
  }

  private static ChatCompletionMessageFunctionToolCall call(ChatCompletion.Choice choice) {
    return choice.message().toolCalls().orElseThrow().getFirst().asFunction();
  }

  private static String content(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElse("");
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .collect(Collectors.joining());
  }
}
