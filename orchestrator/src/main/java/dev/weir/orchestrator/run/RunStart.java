package dev.weir.orchestrator.run;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.response.Response;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A run's birth.
 *
 * @param response with its input; nobody else is given that
 * @param host the incarnation it belongs to
 * @param keeper hears when it has ended and nobody may ask for it, or reads it
 * @param held the client's key that stands for it, or null; its row was begun with that
 */
record RunStart(
    Response response,
    RunTelemetry telemetry,
    long host,
    ActorRef<Run.Admission> replyTo,
    ActorRef<RunHost.Command> keeper,
    Claims.@Nullable Held held) {

  TraceContext trace() {
    return telemetry.context();
  }

  boolean isStored() {
    return response.request().store();
  }

  /** Whether anybody can come back to it after its end. */
  boolean isAwaited() {
    return isStored() || held != null;
  }
}
