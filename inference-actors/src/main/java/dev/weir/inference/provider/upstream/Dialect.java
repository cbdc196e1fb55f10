package dev.weir.inference.provider.upstream;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import java.time.Duration;
import java.util.Queue;

/** How one kind of upstream writes what all of them say. Thread safe. */
public interface Dialect {

  /**
   * The JSON that asks for a stream, in UTF-8.
   *
   * @throws dev.weir.cluster.error.WeirException when the call cannot be said
   */
  byte[] body(ModelCall call);

  /** A reader of one answer, which adds its deltas to {@code deltas}. */
  EventReader reader(ModelCall call, Queue<Delta> deltas);

  /** The error of an HTTP answer that is no success, as {@link Complaint} helps to read. */
  WeirError refusal(int status, Duration retryAfter, byte[] body);
}
