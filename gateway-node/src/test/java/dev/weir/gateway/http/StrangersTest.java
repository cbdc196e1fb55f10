package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrangersTest {

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:8080", "[::1]"})
  void loopbackNamesAreAtHome(String host) {
    assertThatCode(() -> new Strangers().refuse(request("Host", host))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "127.0.0.1.evil.example:8080",
        "127.evil.example",
        "localhost.evil.example",
        "10.0.0.1"
      })
  void namesThatMerelyLookLikeItAreForeign(String host) {
    assertThatThrownBy(() -> new Strangers().refuse(request("Host", host)))
        .isInstanceOf(WeirException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "%%%", "http://127.0.0.1.evil"})
  void pagesFromElsewhereAndFromNowhereAreForeign(String origin) {
    assertThatThrownBy(() -> new Strangers().refuse(request("Origin", origin)))
        .isInstanceOf(WeirException.class);
  }

  @Test
  void pagesOfThisMachineAndAllowedOnesAreNot() {
    assertThatCode(() -> new Strangers().refuse(request("Origin", "http://localhost:3000")))
        .doesNotThrowAnyException();
    Cors cors = new Cors(List.of("https://a.example"));
    assertThatCode(() -> new Strangers(cors).refuse(request("Origin", "https://a.example")))
        .doesNotThrowAnyException();
  }

  private static HttpRequest request(String name, String value) {
    return HttpRequest.create().addHeader(RawHeader.create(name, value));
  }
}
