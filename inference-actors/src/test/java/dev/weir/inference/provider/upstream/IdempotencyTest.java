package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.Terms;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdempotencyTest {

  private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
  private static final Terms TERMS = new Terms("resp_alice/generate", null);

  @Test
  void theKeyIsTheSameOnEveryNodeAndInEveryRelease() {
    assertThat(key(new Idempotency("X", "gpt"), TERMS))
        .isEqualTo("weir-53ee0225afd6f59bb5d1c03120e15456");
  }

  @Test
  void anotherDeploymentHasAnother() {
    assertThat(key(new Idempotency("X", "gpt-2"), TERMS))
        .isNotEqualTo(key(new Idempotency("X", "gpt"), TERMS));
  }

  @Test
  void theOtherHeadersStay() {
    Map<String, String> headers = Map.of("A", "b");
    assertThat(new Idempotency("X", "gpt").with(headers, TERMS, BODY))
        .containsEntry("A", "b")
        .hasSize(2);
    assertThat(new Idempotency("", "gpt").with(headers, TERMS, BODY)).isEqualTo(headers);
  }

  private static String key(Idempotency idempotency, Terms terms) {
    return idempotency.with(Map.of(), terms, BODY).getOrDefault("X", "");
  }
}
