package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTimeoutTest {

  @ParameterizedTest
  @CsvSource({"10,10000", "2.5,2500", "0.0001,1", "3s,3000", "1500ms,1500"})
  void secondsUnlessItSaysOtherwise(String value, long millis) {
    assertThat(RequestTimeout.millis(value)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "soon", "1m", "1e3"})
  void anythingElseIsRefused(String value) {
    assertThatThrownBy(() -> RequestTimeout.millis(value)).isInstanceOf(WeirException.class);
  }
}
