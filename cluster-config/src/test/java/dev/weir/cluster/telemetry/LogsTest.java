package dev.weir.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogsTest {

  @Test
  void aFailureIsToldByItsTypesAndPlacesNotByItsWords() {
    Throwable failure =
        new IllegalStateException("at 'my secret'", new NumberFormatException("secret"));

    Throwable told = Logs.places(failure);

    assertThat(told).hasMessage("java.lang.IllegalStateException");
    assertThat(told.getStackTrace()).isEqualTo(failure.getStackTrace());
    assertThat(told.getCause()).hasMessage("java.lang.NumberFormatException");
  }
}
