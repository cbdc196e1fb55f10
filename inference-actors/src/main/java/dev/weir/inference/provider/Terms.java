package dev.weir.inference.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a call is made, beside what it asks.
 *
 * @param name of the call: the same when it is made again because its answer was lost, and of no
 *     other call; empty for one without
 * @param left how long its answer is wanted; null for ever
 */
public record Terms(String name, @Nullable Duration left) {

  /** Of a call that is made once, and wanted whenever it is answered. */
  public static final Terms NONE = new Terms("", null);
}
