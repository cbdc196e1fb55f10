package dev.weir.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How readers refuse what is wrong in a request. */
public final class Refused {

  private Refused() {}

  /** Reading fails, and the error names {@code param}. */
  public static void assertRefused(String param, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            WeirException.class,
            refused ->
                assertThat(refused.error())
                    .isInstanceOfSatisfying(
                        WeirError.InvalidRequest.class,
                        error -> assertThat(error.param()).isEqualTo(param)));
  }
}
