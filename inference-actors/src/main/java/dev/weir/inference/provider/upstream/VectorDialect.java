package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonParser;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.EmbedCall;
import java.io.IOException;
import java.time.Duration;

/** How one kind of upstream takes texts and gives vectors. Thread safe. */
public interface VectorDialect {

  /** The JSON that asks for vectors, in UTF-8. */
  byte[] body(EmbedCall call);

  /**
   * Reads the whole answer, at whose first token the parser stands, into {@code vectors}.
   *
   * @throws dev.weir.cluster.error.WeirException when it is an error of the upstream
   */
  void read(JsonParser json, VectorReader vectors) throws IOException;

  /** The error of an HTTP answer that is no success, as {@link Complaint} helps to read. */
  WeirError refusal(int status, Duration retryAfter, byte[] body);
}
