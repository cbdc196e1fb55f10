package dev.weir.gateway.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Reads a stream of events and digests the text as it passes; holds no line longer than a piece.
 */
final class DeltaDigest {

  private static final int LONGEST = 64 * 1024;
  private static final byte[] DATA = "data: ".getBytes(UTF_8);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final InputStream in;
  private final MessageDigest digest = sha256();
  private final byte[] line = new byte[LONGEST];
  private long length;
  private int deltas;
  private String last = "";

  DeltaDigest(InputStream in) {
    this.in = in;
  }

  /** Reads one line; false at the end. */
  boolean readLine() throws IOException {
    int size = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return false;
      }
      if (size < LONGEST) {
        line[size] = (byte) next;
      }
      size++;
    }
    onLine(size);
    return true;
  }

  private void onLine(int size) throws IOException {
    String start = new String(line, 0, Math.min(size, 200), UTF_8);
    if (start.startsWith("event: ")) {
      last = start.substring("event: ".length()).strip();
    } else if (start.startsWith("data: {") && last.equals("response.output_text.delta")) {
      JsonNode event = JSON.readTree(line, DATA.length, size - DATA.length);
      byte[] text = event.get("delta").asText().getBytes(UTF_8);
      digest.update(text);
      length += text.length;
      deltas++;
    }
  }

  int deltas() {
    return deltas;
  }

  /** Bytes of text so far. */
  long length() {
    return length;
  }

  /** The name of the last event. */
  String last() {
    return last;
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
