package dev.weir.inference.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.Exchange.Signal;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTest {

  private static final String CHUNKED =
      """
      HTTP/1.1 100 Continue

      HTTP/1.1 200 OK
      Transfer-Encoding: chunked
      X: y

      5;a=b
      hello
      00001
      \s
      B
      beautiful

      0
      Trailer: x

      """
          .replace("\n", "\r\n");
  private static final String SIZED = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  private final EventLoop loop = loop();
  private final List<Signal> signals = new ArrayList<>();
  private Duration retryAfter = Duration.ZERO;
  private String refusal = "";

  private static EventLoop loop() {
    try {
      return new EventLoop("test", now -> 1000);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void aChunkedBodyIsTheSameWhereverItIsCut() {
    for (int piece = 1; piece <= CHUNKED.length(); piece++) {
      Response response = read(CHUNKED, piece);
      assertThat(body()).as("pieces of %d", piece).isEqualTo("hello beautiful\r\n");
      assertThat(response.complete()).isTrue();
      assertThat(response.reusable()).isTrue();
    }
  }

  @Test
  void aSizedBodyIsTheSameWhereverItIsCut() {
    for (int piece = 1; piece <= SIZED.length(); piece++) {
      Response response = read(SIZED, piece);
      assertThat(body()).isEqualTo("hello");
      assertThat(response.complete()).isTrue();
    }
  }

  @Test
  void withoutASizeTheBodyEndsWithTheConnection() {
    Response response = read("HTTP/1.1 200 OK\r\n\r\nhello", 100);
    assertThat(body()).isEqualTo("hello");
    assertThat(response.complete()).isFalse();
    assertThat(response.endsWithConnection()).isTrue();
  }

  @Test
  void aSizedBodyDoesNotEndWithTheConnection() {
    assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 100).endsWithConnection())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
      })
  void someConnectionsAreNotUsedAgain(String answer) {
    assertThat(read(answer, 100).reusable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\r\n",
        "HTTP/1.1 abc\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab"
      })
  void whatIsNotHttpIsMalformed(String answer) {
    assertThatThrownBy(() -> read(answer, 1000))
        .isInstanceOfSatisfying(
            WeirException.class, e -> assertThat(e.error().code()).isEqualTo("upstream_malformed"));
  }

  @Test
  void anEndlessHeadIsMalformed() {
    String head = "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(20_000);
    assertThatThrownBy(() -> read(head, 10_000)).isInstanceOf(WeirException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "Retry-After: 3,3000",
    "Retry-After: 0.5,500",
    "Retry-After: soon,0",
    "'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:39 GMT',2000",
    "X: y,0"
  })
  void aRefusalIsTranslatedWithItsBodyAndItsWait(String header, long millis) {
    read("HTTP/1.1 429 No\r\n" + header + "\r\nContent-Length: 4\r\n\r\nslow", 7).end();
    assertThat(signals).containsExactly(new Exchange.Failure(UpstreamError.server()));
    assertThat(refusal).isEqualTo("slow");
    assertThat(retryAfter).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void ofALongRefusalOnlyTheBeginningCounts() {
    Response response = read("HTTP/1.1 500 No\r\n\r\n" + "x".repeat(100_000), 10_000);
    assertThat(response.complete()).isTrue();
    assertThat(response.reusable()).isFalse();
    response.end();
    assertThat(refusal).hasSize(64 * 1024);
  }

  private Response read(String answer, int piece) {
    signals.clear();
    HttpCall call =
        HttpCall.post(
            URI.create("http://127.0.0.1/"),
            Map.of(),
            new byte[0],
            Duration.ZERO,
            (status, wait, body) -> {
              retryAfter = wait;
              refusal = new String(body, StandardCharsets.ISO_8859_1);
              return UpstreamError.server();
            });
    Response response = new Response(new Exchange(call, loop, signals::add));
    byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < bytes.length && !response.complete(); at += piece) {
      response.read(ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at)));
    }
    return response;
  }

  private String body() {
    StringBuilder body = new StringBuilder();
    for (Signal signal : signals) {
      switch (signal) {
        case Exchange.Bytes(var bytes) -> body.append(bytes.utf8String());
        case Exchange.End end -> body.append("<end>");
        case Exchange.Failure(WeirError error) -> body.append(error.code());
      }
    }
    return body.toString();
  }
}
