package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonParser;
import dev.weir.cluster.error.WeirError;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * How one kind of upstream says what went wrong. Thread safe.
 *
 * @param statuses the HTTP status that an error inside a stream stands for, by its word
 * @param translation makes the error, once
 */
public record ErrorWords(Map<String, Integer> statuses, Translation translation) {

  /** Makes an error of a status, of how long to stay away, and of what is said. */
  @FunctionalInterface
  public interface Translation {
    WeirError of(int status, Duration retryAfter, Complaint complaint);
  }

  /** The error of an HTTP answer that is no success; the body may be anything. */
  public WeirError refusal(int status, Duration retryAfter, byte[] body) {
    return translation.of(status, retryAfter, Complaint.of(body));
  }

  /** The error inside a stream, whose value the parser stands at. */
  public WeirError read(JsonParser json) throws IOException {
    Complaint complaint = Complaint.read(json);
    return translation.of(complaint.statusBy(statuses), Duration.ZERO, complaint);
  }
}
