package dev.weir.cluster.telemetry;

import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/** How a line of the log is tied to its request, without a word of what the request says. */
public final class Logs {

  private Logs() {}

  /** The line with the ids of its request. */
  public static LoggingEventBuilder about(TraceContext trace, LoggingEventBuilder line) {
    return line.addKeyValue("request_id", trace.requestId())
        .addKeyValue("trace_id", trace.traceId());
  }

  /**
   * Where and by which types something failed; messages are left out, as they quote their input.
   */
  public static Throwable places(Throwable failure) {
    return new Places(failure);
  }

  private static final class Places extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Places(Throwable failure) {
      super(failure.getClass().getName(), cause(failure));
      setStackTrace(failure.getStackTrace());
    }

    private static @Nullable Throwable cause(Throwable failure) {
      Throwable cause = failure.getCause();
      return cause == null ? null : new Places(cause);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
