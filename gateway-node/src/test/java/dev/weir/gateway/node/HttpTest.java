package dev.weir.gateway.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What HTTP asks of every server. */
class HttpTest {

  private static final String SETTINGS =
      """
      weir.http { max-body = 64k, cors = ["https://app.example"] }
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
      weir.deployments.single {
        provider = builtin, engine = sim, slots = 1, time-to-first-token = 0ms, inter-token = 50ms
        queue { max-requests = 10 }
      }
      weir.models.single { deployments = [single] }
      """;
  private static final String ENDLESS =
      """
      {"model":"single","messages":[{"role":"user","content":"Hello"}],"stream":%s,
       "metadata":{"sim.tokens":"30000"}}\
      """;
  private static final String SHORT =
      """
      {"model":"single","messages":[{"role":"user","content":"Hello"}],
       "metadata":{"sim.tokens":"2"}}\
      """;

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(SETTINGS);

  private final TestNode node = nodes.node();

  @Test
  void aBodyOverTheLimitIs413HoweverItComes() throws Exception {
    String body = "{\"model\":\"sim\",\"input\":\"" + "x".repeat(100_000) + "\"}";
    BodyPublisher chunked =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(UTF_8)));

    for (BodyPublisher publisher : new BodyPublisher[] {BodyPublishers.ofString(body), chunked}) {
      HttpResponse<String> answer = node.send(node.request("/v1/responses").POST(publisher));
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body()).contains("body_too_large");
    }
  }

  @Test
  void aBodyThatIsNoJsonIs400() throws Exception {
    byte[] badUtf8 = {'{', '"', (byte) 0xff, '"', ':', '1', '}'};
    HttpResponse<String> encoding =
        node.send(node.request("/v1/responses").POST(BodyPublishers.ofByteArray(badUtf8)));
    HttpResponse<String> nesting = node.post("/v1/chat/completions", "{\"a\":" + "[".repeat(5_000));

    assertThat(encoding.statusCode()).isEqualTo(400);
    assertThat(nesting.statusCode()).isEqualTo(400);
    assertThat(nesting.body()).contains("invalid_json");
  }

  @Test
  void anotherMethodIs405WithTheRightOnes() throws Exception {
    HttpResponse<String> answer = node.send(node.request("/v1/models").DELETE());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, OPTIONS");
    assertThat(answer.body()).contains("method_not_allowed");
  }

  @Test
  void anUnknownPathIs404() throws Exception {
    HttpResponse<String> answer = node.get("/v2/x");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("no_such_route");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
  }

  @Test
  void headIsAnsweredLikeGetWithoutABody() throws Exception {
    HttpRequest.Builder models = node.request("/v1/models");
    HttpResponse<String> head = node.send(models.copy().method("HEAD", BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(node.send(models).body()).contains("\"sim\"");
  }

  @Test
  void aSocketPathWithoutAnUpgradeSaysSo() throws Exception {
    assertThat(node.get("/v1/responses").statusCode()).isEqualTo(426);
  }

  @Test
  void pagesOfListedOriginsMayCall() throws Exception {
    HttpRequest.Builder preflight =
        node.request("/v1/responses")
            .method("OPTIONS", BodyPublishers.noBody())
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization, content-type");
    HttpResponse<String> listed =
        node.send(preflight.copy().header("Origin", "https://app.example"));
    HttpResponse<String> other =
        node.send(preflight.copy().header("Origin", "https://evil.example"));

    assertThat(listed.statusCode()).isEqualTo(204);
    assertThat(listed.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://app.example");
    assertThat(listed.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
        .contains("POST");
    assertThat(listed.headers().firstValue("Access-Control-Allow-Headers"))
        .contains("authorization, content-type");
    assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(other.headers().firstValue("Access-Control-Allow-Headers")).isEmpty();
  }

  @Test
  void answersToListedPagesExposeTheRequestId() throws Exception {
    HttpRequest.Builder models = node.request("/v1/models");
    HttpResponse<String> listed = node.send(models.copy().header("Origin", "https://app.example"));
    HttpResponse<String> foreign =
        node.send(models.copy().header("Origin", "https://evil.example"));

    assertThat(listed.statusCode()).isEqualTo(200);
    assertThat(listed.headers().firstValue("Access-Control-Expose-Headers").orElseThrow())
        .contains("x-request-id");
    assertThat(foreign.statusCode()).isEqualTo(403);
  }

  @Test
  void whatIsNoHttpIsAnsweredInJson() throws Exception {
    String answer = raw("GET /\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 400").contains("malformed_request");
  }

  @Test
  void aStreamWhoseReaderLeavesFreesItsSlot() throws Exception {
    leave(ENDLESS.formatted("true"), "chat.completion.chunk");

    assertThat(node.post("/v1/chat/completions", SHORT).statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestWhoseClientLeavesFreesItsSlot() throws Exception {
    leave(ENDLESS.formatted("false"), null);

    assertThat(node.post("/v1/chat/completions", SHORT).statusCode()).isEqualTo(200);
  }

  @Test
  void everyRequestIsLoggedWithoutWhoAndWhat() throws Exception {
    BlockingQueue<ILoggingEvent> lines = new LinkedBlockingQueue<>();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.weir.gateway.http.AccessLog");
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event);
          }
        };
    appender.start();
    logger.addAppender(appender);
    try {
      HttpResponse<String> answer =
          node.send(
              node.request("/v1/responses/resp_secret")
                  .header("Authorization", "Bearer hush")
                  .header("x-request-id", "mine-1"));
      Map<String, String> line = line(lines, "mine-1");

      assertThat(answer.headers().firstValue("x-request-id")).contains("mine-1");
      assertThat(line)
          .containsEntry("method", "GET")
          .containsEntry("route", "/v1/responses/{id}")
          .containsEntry("status", "404")
          .containsOnlyKeys("method", "route", "status", "duration_ms", "request_id", "trace_id");
      assertThat(line.toString()).doesNotContain("hush", "resp_secret");
    } finally {
      logger.detachAppender(appender);
    }
  }

  private static Map<String, String> line(BlockingQueue<ILoggingEvent> lines, String id)
      throws InterruptedException {
    while (true) {
      ILoggingEvent event = lines.poll(30, TimeUnit.SECONDS);
      assertThat(event).as("a line for " + id).isNotNull();
      Map<String, String> line =
          event.getKeyValuePairs().stream()
              .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value)));
      if (id.equals(line.get("request_id"))) {
        return line;
      }
    }
  }

  /** Sends a chat and goes away, once {@code seen} has come or at once. */
  private void leave(String body, String seen) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.url("/").getPort())) {
      write(
          socket,
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      StringBuilder read = new StringBuilder();
      while (seen != null && read.indexOf(seen) < 0) {
        read.append((char) socket.getInputStream().read());
      }
    }
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.url("/").getPort())) {
      write(socket, request);
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(UTF_8));
    out.flush();
  }
}
