package dev.weir.orchestrator.run;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.response.Response;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A run's birth.
 *
 * @param response with its input; nobody else is given that
 * @param host the incarnation it belongs to
 * @param keeper hears when it has ended and nobody may ask for it, or reads it
 */
record RunStart(
    Response response,
    RunTelemetry telemetry,
    long host,
    ActorRef<Run.Admission> replyTo,
    ActorRef<RunHost.Command> keeper) {

  TraceContext trace() {
    return telemetry.context();
  }

  boolean isStored() {
    return response.request().store();
  }
}
