package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InlineImageTest {

  @Test
  void readsADataUrlAndNoOther() {
    assertThat(InlineImage.of("DATA:image/PNG;base64,aGk="))
        .isEqualTo(new InlineImage("image/png", "aGk="));
    assertThat(InlineImage.of("https://x.example/data:a,b")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"data:image/png,x", "data:;base64,aGk=", "data:image/png;base64"})
  void whatHasNoMediaTypeOrNoBase64IsTheCallersMatter(String url) {
    assertThatThrownBy(() -> InlineImage.of(url)).isInstanceOf(WeirException.class);
  }
}
