package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PathTemplateTest {

  @Test
  void namesThePartsOfAPath() {
    PathTemplate template = PathTemplate.of("/v1/responses/{id}/cancel");

    assertThat(template.match(List.of("v1", "responses", "resp_1", "cancel")).orElseThrow())
        .containsEntry("id", "resp_1");
    assertThat(template.match(List.of("v1", "responses", "resp_1"))).isEmpty();
    assertThat(template.match(List.of("v1", "responses", "resp_1", "delete"))).isEmpty();
  }

  @Test
  void aStarTakesTheRest() {
    PathTemplate template = PathTemplate.of("/v1/models/{model*}");

    assertThat(template.match(List.of("v1", "models", "openai", "some", "thing")).orElseThrow())
        .containsEntry("model", "openai/some/thing");
    assertThat(template.match(List.of("v1", "models"))).isEmpty();
    assertThat(template).hasToString("/v1/models/{model}");
  }
}
