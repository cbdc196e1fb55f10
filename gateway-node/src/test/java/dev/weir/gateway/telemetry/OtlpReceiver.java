package dev.weir.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** An OTLP receiver over HTTP that decodes what nodes export and keeps it. */
final class OtlpReceiver implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;

  /** A span as it came. */
  record Seen(
      String node,
      String trace,
      String id,
      String parent,
      String name,
      Map<String, String> tags,
      List<String> events,
      boolean failed) {}

  private final HttpServer server;
  private final LinkedBlockingQueue<Seen> arriving = new LinkedBlockingQueue<>();
  private final List<Seen> known = new ArrayList<>();

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::receive);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes());
      for (ResourceSpans resource : request.getResourceSpansList()) {
        String node = tags(resource.getResource().getAttributesList()).get("service.instance.id");
        resource
            .getScopeSpansList()
            .forEach(scope -> scope.getSpansList().forEach(span -> arriving.add(seen(node, span))));
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  /** Every span of the trace that has one like {@code wanted}, once {@code complete}. */
  List<Seen> await(Predicate<Seen> wanted, Predicate<List<Seen>> complete)
      throws InterruptedException {
    while (true) {
      List<Seen> trace = trace(wanted);
      if (complete.test(trace)) {
        return trace;
      }
      Seen next = arriving.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("more than " + trace).isNotNull();
      known.add(next);
    }
  }

  private List<Seen> trace(Predicate<Seen> wanted) {
    return known.stream()
        .filter(wanted)
        .findFirst()
        .map(one -> known.stream().filter(other -> other.trace().equals(one.trace())).toList())
        .orElse(List.of());
  }

  private static Seen seen(String node, io.opentelemetry.proto.trace.v1.Span span) {
    return new Seen(
        node,
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getName(),
        tags(span.getAttributesList()),
        span.getEventsList().stream().map(event -> event.getName()).toList(),
        span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR);
  }

  private static Map<String, String> tags(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                attribute ->
                    attribute.getValue().hasIntValue()
                        ? String.valueOf(attribute.getValue().getIntValue())
                        : attribute.getValue().getStringValue()));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
