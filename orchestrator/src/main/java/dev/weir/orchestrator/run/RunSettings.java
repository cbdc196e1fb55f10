package dev.weir.orchestrator.run;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How runs treat their readers, and how long they are kept.
 *
 * @param orphanGrace how long a foreground run goes on without a reader
 * @param readerStall how long a reader may take nothing before it is closed
 * @param maxLag how many bytes the fastest reader may be behind before the model has to wait
 * @param maxLog how many bytes a response may have before it ends incomplete
 * @param linger how long a run stays in memory after its end
 * @param retention how long it stays in the store
 * @param idempotencyWindow how long a client's key stands for its first response
 */
public record RunSettings(
    Duration orphanGrace,
    Duration readerStall,
    long maxLag,
    long maxLog,
    Duration linger,
    Duration retention,
    Duration idempotencyWindow) {

  public RunSettings {
    Keys.check(maxLag > 0, "weir.runs.max-lag", maxLag, "at least 1 byte");
    Keys.check(maxLog > maxLag, "weir.runs.max-log", maxLog, "must be larger than max-lag");
    Keys.check(
        retention.compareTo(linger) > 0,
        "weir.runs.retention",
        retention,
        "must be longer than linger");
    Keys.check(
        idempotencyWindow.isPositive(),
        "weir.runs.idempotency-window",
        idempotencyWindow,
        "must be positive");
  }

  /** Reads {@code weir.runs}. */
  public static RunSettings from(Config weir) {
    Config runs = weir.getConfig("runs");
    return new RunSettings(
        runs.getDuration("orphan-grace"),
        runs.getDuration("reader-stall"),
        runs.getBytes("max-lag"),
        runs.getBytes("max-log"),
        runs.getDuration("linger"),
        runs.getDuration("retention"),
        runs.getDuration("idempotency-window"));
  }
}
