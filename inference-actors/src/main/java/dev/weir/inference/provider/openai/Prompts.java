package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.batch.Shares;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.BatchHttp;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.token.TokenCounter;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Several prompts in one call of {@code /completions}, as OpenAI had it and vLLM has it. Their text
 * goes as it is, without a chat template; calls that differ in sampling or in their output cap are
 * not mixed, as the upstream takes one of each. What the upstream counts for all of them is shared
 * out by estimated tokens.
 */
record Prompts(URI completions, String model, BatchHttp http) implements JointProvider {

  private static final TokenCounter COUNTER = TokenCounter.estimate();

  private record Common(int maxTokens, ModelCall.Sampling sampling) {}

  /** What came of one prompt. */
  private record Choice(int index, String text, FinishReason reason) {}

  @Override
  public Object common(ModelCall call) {
    return new Common(call.maxOutputTokens(), call.sampling());
  }

  @Override
  public Source<News, NotUsed> generate(List<Entry> calls) {
    return Source.<News>single(new Submitted("prompts"))
        .concat(
            http.post(completions, "application/json", body(calls))
                .mapConcat(answer -> news(calls, answer)));
  }

  private byte[] body(List<Entry> calls) {
    ModelCall first = calls.getFirst().call();
    return RequestJson.object(
        json -> {
          json.writeStringField("model", model);
          json.writeArrayFieldStart("prompt");
          for (Entry call : calls) {
            json.writeString(prompt(call.call()));
          }
          json.writeEndArray();
          json.writeNumberField("max_tokens", first.maxOutputTokens());
          sampling(first.sampling(), json);
        });
  }

  private static void sampling(ModelCall.Sampling sampling, JsonGenerator json) throws IOException {
    RequestJson.number("temperature", sampling.temperature(), json);
    RequestJson.number("top_p", sampling.topP(), json);
    RequestJson.number("presence_penalty", sampling.presencePenalty(), json);
    RequestJson.number("frequency_penalty", sampling.frequencyPenalty(), json);
  }

  private static String prompt(ModelCall call) {
    String text = call.items().getFirst().words();
    return call.instructions().isEmpty() ? text : call.instructions() + "\n\n" + text;
  }

  private static List<News> news(List<Entry> calls, JsonNode answer) {
    List<Choice> choices = choices(calls.size(), answer.path("choices"));
    List<News> news = new ArrayList<>();
    JsonNode usage = answer.path("usage");
    boolean told = usage.isObject() && choices.size() == calls.size();
    long[] input =
        shares(
            usage.path("prompt_tokens").asLong(),
            choices.stream().map(it -> prompt(calls.get(it.index()).call())).toList());
    long[] output =
        shares(
            usage.path("completion_tokens").asLong(), choices.stream().map(Choice::text).toList());
    for (int at = 0; at < choices.size(); at++) {
      Choice choice = choices.get(at);
      List<Delta> deltas = new ArrayList<>(3);
      if (!choice.text().isEmpty()) {
        deltas.add(new Delta.Text(choice.text()));
      }
      if (told) {
        deltas.add(new Delta.Consumed(new Usage(input[at], 0, output[at], 0)));
      }
      deltas.add(new Delta.Finished(choice.reason()));
      news.add(new Answered(calls.get(choice.index()).id(), deltas));
    }
    news.add(new Ended(UpstreamError.malformed()));
    return news;
  }

  private static long[] shares(long total, List<String> texts) {
    return Shares.of(
        Math.max(0, total), texts.stream().mapToLong(text -> 1 + COUNTER.count(text)).toArray());
  }

  /** Those that can be read; one for each prompt at most. */
  private static List<Choice> choices(int prompts, JsonNode all) {
    Choice[] choices = new Choice[prompts];
    for (JsonNode one : all) {
      int index = one.path("index").asInt(-1);
      String reason = one.path("finish_reason").asText("");
      if (index >= 0 && index < prompts && one.path("text").isTextual() && !reason.isEmpty()) {
        choices[index] =
            new Choice(
                index,
                one.path("text").asText(),
                reason.equals("length") ? FinishReason.LENGTH : FinishReason.STOP);
      }
    }
    return IntStream.range(0, prompts)
        .filter(at -> choices[at] != null)
        .mapToObj(at -> choices[at])
        .toList();
  }
}
