package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.EventUpstreamContract;
import dev.weir.inference.provider.upstream.Wire;
import org.junit.jupiter.api.Test;

class OpenAiTest extends EventUpstreamContract {

  private static final String BOTH =
      """
      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],
      data: "usage":{"prompt_tokens":9,"completion_tokens":2,
      data: "prompt_tokens_details":{"cached_tokens":4},
      data: "completion_tokens_details":{"reasoning_tokens":1}}}

      """;

  @Override
  protected Wire wire() {
    return new ChatWire();
  }

  @Test
  void usageComesOnceAndBeforeTheEnd() {
    assertThat(all(saying(BOTH, BOTH, wire().bye())))
        .containsExactly(
            new Delta.Consumed(new Usage(9, 4, 2, 1)), new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void aModelThatIsNotListedIsNotedAndATagMayBeLeftOut() {
    assertThat(probe(listing("other"))).contains("Check upstream-model");
    assertThat(probe(listing("m:latest"))).isEmpty();
    assertThat(probe(provider(exchange -> exchange.answer(200, "{}")))).isEmpty();
  }

  @Test
  void aServerWithoutAListMayBeTheWrongOne() {
    Provider provider = provider(exchange -> exchange.answer(404, "not found"));
    assertThat(probe(provider)).isEqualTo(UpstreamError.listsNoModels().message());
  }

  private Provider listing(String model) {
    return provider(exchange -> exchange.answer(200, "{\"data\":[{\"id\":\"" + model + "\"}]}"));
  }

  @Test
  void whatComesBehindDoneIsNotRead() {
    assertThat(all(saying(BOTH, wire().bye(), wire().rubbish(), wire().text("late"))))
        .hasSize(2)
        .last()
        .isEqualTo(new Delta.Finished(FinishReason.STOP));
  }
}
