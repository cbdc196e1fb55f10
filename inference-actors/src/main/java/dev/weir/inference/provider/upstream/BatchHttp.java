package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What a batch endpoint is asked by: exchanges that end by themselves, or fail when the upstream is
 * silent for too long. Thread safe.
 */
public final class BatchHttp {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NOTHING = {};

  /** No answer that is read whole is longer; results of a batch are, and are read line by line. */
  private static final long MOST = 64 << 20;

  private final StreamingHttp http;
  private final Endpoint endpoint;
  private final Duration silence;
  private final HttpCall.Refusals refusals;

  /**
   * @param endpoint its headers and its timeout; where it is does not matter
   * @param silence how long the upstream may say nothing
   */
  public BatchHttp(
      StreamingHttp http, Endpoint endpoint, Duration silence, HttpCall.Refusals refusals) {
    this.http = http;
    this.endpoint = endpoint;
    this.silence = silence;
    this.refusals = refusals;
  }

  public Source<JsonNode, NotUsed> get(URI uri) {
    return json(bytes("GET", uri));
  }

  public Source<JsonNode, NotUsed> post(URI uri, String contentType, byte[] body) {
    return json(exchange("POST", uri, contentType, body));
  }

  public Source<JsonNode, NotUsed> delete(URI uri) {
    return json(bytes("DELETE", uri));
  }

  /** The bytes of what is there. */
  Source<ByteString, NotUsed> read(URI uri) {
    return bytes("GET", uri);
  }

  private Source<ByteString, NotUsed> bytes(String method, URI uri) {
    return exchange(method, uri, "", NOTHING);
  }

  private Source<ByteString, NotUsed> exchange(
      String method, URI uri, String contentType, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>(endpoint.headers());
    headers.put("Accept", "*/*");
    if (contentType.isEmpty()) {
      headers.remove("Content-Type");
    } else {
      headers.put("Content-Type", contentType);
    }
    return http.exchange(
            HttpCall.of(method, uri, headers, body, endpoint.connectTimeout(), refusals))
        .idleTimeout(silence)
        .mapError(
            TimeoutException.class,
            silent -> UpstreamError.firstTokenTimeout(silence).asException());
  }

  private static Source<JsonNode, NotUsed> json(Source<ByteString, NotUsed> bytes) {
    return bytes
        .limitWeighted(MOST, piece -> (long) piece.size())
        .mapError(
            org.apache.pekko.stream.StreamLimitReachedException.class,
            endless -> UpstreamError.malformed().asException())
        .fold(new ByteArrayOutputStream(1024), BatchHttp::append)
        .map(whole -> read(whole.toByteArray()));
  }

  private static ByteArrayOutputStream append(ByteArrayOutputStream whole, ByteString bytes) {
    whole.writeBytes(bytes.toArrayUnsafe());
    return whole;
  }

  /** One JSON object. */
  static JsonNode read(byte[] text) {
    try {
      JsonNode node = JSON.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (IOException unreadable) {
      // Said below.
    }
    throw UpstreamError.malformed().asException();
  }

  /**
   * The text of a field.
   *
   * @throws dev.weir.cluster.error.WeirException when there is none, or one that is no id
   */
  public static String id(JsonNode object, String field) {
    String id = object.path(field).asText();
    if (!id.matches("[A-Za-z0-9._:-]{1,256}")) {
      throw UpstreamError.malformed().asException();
    }
    return id;
  }
}
