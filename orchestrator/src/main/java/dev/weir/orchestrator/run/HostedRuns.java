package dev.weir.orchestrator.run;

import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.ResponseId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The runs that one host has in memory: which of them live, which linger, and whom each is asked
 * for. A run lives from its acceptance until it has ended and been read.
 *
 * <p>A part of {@link RunHost}, used by its actor alone.
 */
final class HostedRuns {

  /** How many ended runs stay in memory for whoever comes back soon. */
  static final int LINGERING = 1000;

  private final Map<ResponseId, Hosted> runs = new HashMap<>();
  private final Set<ResponseId> live = new HashSet<>();
  private final Set<ResponseId> lingering = new LinkedHashSet<>();
  private final Map<ResponseId, List<RunHost.Ask>> early = new HashMap<>();

  /** Whom a run that is in memory is asked for. */
  enum Standing {
    /** It answers itself. */
    KNOWN,
    /** What is stored of it answers. */
    FORGOTTEN,
    /** There is no such response any more. */
    DELETED
  }

  /** A run in memory. */
  record Hosted(
      Caller caller, ActorRef<Run.Command> run, RunTelemetry telemetry, Standing standing) {

    Hosted(Caller caller, ActorRef<Run.Command> run, RunTelemetry telemetry) {
      this(caller, run, telemetry, Standing.KNOWN);
    }

    private Hosted as(Standing now) {
      return new Hosted(caller, run, telemetry, now);
    }
  }

  /** A run is accepted, and will be here soon. */
  void expect(ResponseId id) {
    live.add(id);
  }

  /** Keeps {@code ask} for {@link #early} when its run is accepted but not here yet. */
  boolean keepEarly(RunHost.Ask ask) {
    boolean isEarly = live.contains(ask.id()) && !runs.containsKey(ask.id());
    if (isEarly) {
      early.computeIfAbsent(ask.id(), first -> new ArrayList<>()).add(ask);
    }
    return isEarly;
  }

  /** What was asked of a run before it was here, or turned out never to come. */
  List<RunHost.Ask> early(ResponseId id) {
    List<RunHost.Ask> asked = early.remove(id);
    return asked == null ? List.of() : asked;
  }

  void add(ResponseId id, Hosted hosted) {
    runs.put(id, hosted);
  }

  /** The caller's run of that name. */
  Optional<Hosted> find(ResponseId id, Caller caller) {
    return Optional.ofNullable(runs.get(id)).filter(hosted -> hosted.caller().equals(caller));
  }

  /** How many live. */
  int live() {
    return live.size();
  }

  /** A run has ended and is not read: it lingers, and where too many do, the first is forgotten. */
  void release(ResponseId id) {
    live.remove(id);
    lingering.add(id);
    if (lingering.size() > LINGERING) {
      forget(lingering.iterator().next());
    }
  }

  /** A run that has ended is asked no more; readers that came before are read to their end. */
  void forget(ResponseId id) {
    lingering.remove(id);
    Hosted hosted = runs.get(id);
    if (hosted != null) {
      if (hosted.standing() == Standing.KNOWN) {
        runs.put(id, hosted.as(Standing.FORGOTTEN));
      }
      hosted.run().tell(Run.Forget.NOW);
    }
  }

  /** Nobody finds a run any more, whether it has ended or not. */
  void delete(ResponseId id) {
    runs.computeIfPresent(id, (same, hosted) -> hosted.as(Standing.DELETED));
  }

  /** A run is no more, or never came. */
  Optional<Hosted> remove(ResponseId id) {
    live.remove(id);
    lingering.remove(id);
    return Optional.ofNullable(runs.remove(id));
  }
}
