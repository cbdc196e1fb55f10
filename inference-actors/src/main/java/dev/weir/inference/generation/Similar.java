package dev.weir.inference.generation;

import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.Likeness;
import dev.weir.inference.cache.Question;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.catalog.CacheSettings;
import dev.weir.inference.provider.Vectors;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Finds kept answers to questions that are alike. A question is measured as soon as nothing equal
 * is found; its call waits for that only where there is something to compare it with. A part of
 * {@link Flights}, used by its actor alone.
 */
final class Similar {

  private final ActorContext<Flights.Command> context;
  private final Generation.Dependencies dependencies;
  private final ActorRef<InferenceNode.Command> node;
  private final AnswerCache answers;
  private final Likeness likeness;
  private final Set<Wanted> waiting = new HashSet<>();

  Similar(
      ActorContext<Flights.Command> context,
      Generation.Dependencies dependencies,
      ActorRef<InferenceNode.Command> node) {
    this.context = context;
    this.dependencies = dependencies;
    this.node = node;
    this.answers = dependencies.answers();
    this.likeness = answers.likeness();
  }

  /**
   * An answer and how much its question is like another.
   *
   * @param similarity the cosine of the two
   */
  record Like(Replay answer, double similarity) {}

  /**
   * Has the question measured, where likeness counts; tells whether to wait until {@link
   * Flights.Measured} or {@link Flights.Late} comes.
   */
  boolean measure(Wanted wanted) {
    Question question = wanted.order().question();
    if (question == null) {
      return false;
    }
    CacheSettings.Semantic settings = settings(wanted);
    context.spawnAnonymous(
        Measuring.create(
            wanted.first().request(),
            question.text(),
            settings.embeddings(),
            node,
            dependencies.conduit().parcels(),
            vector -> context.getSelf().tell(new Flights.Measured(wanted, vector))));
    if (wanted.order().refresh() || !likeness.knows(question.kin())) {
      return false;
    }
    waiting.add(wanted);
    context.scheduleOnce(settings.maxWait(), context.getSelf(), new Flights.Late(wanted));
    return true;
  }

  private static CacheSettings.Semantic settings(Wanted wanted) {
    return wanted.first().deployment().cache().semantic();
  }

  /** Takes where the question lies, null for nowhere; tells whether it was waited for. */
  boolean measured(Wanted wanted, @Nullable ByteString vector) {
    boolean awaited = waiting.remove(wanted);
    if (vector == null) {
      count(wanted, "failed");
    } else {
      wanted.measured(Vectors.floats(vector));
    }
    if (wanted.isKept()) {
      keep(wanted);
    }
    return awaited;
  }

  /** Waits no longer; tells whether it did. */
  boolean giveUp(Wanted wanted) {
    boolean awaited = waiting.remove(wanted);
    if (awaited) {
      count(wanted, "late");
    }
    return awaited;
  }

  /** The kept answer to the question that is most like this one, if it is like enough. */
  Optional<Like> find(Wanted wanted) {
    Question question = wanted.order().question();
    float[] vector = wanted.vector();
    if (question == null || vector == null) {
      return Optional.empty();
    }
    for (Likeness.Found found :
        likeness.find(question.kin(), vector, settings(wanted).threshold())) {
      Replay answer = answers.find(found.key());
      if (answer != null) {
        count(wanted, "hit");
        return Optional.of(new Like(answer, found.similarity()));
      }
      likeness.remove(question.kin(), found.key());
    }
    count(wanted, "miss");
    return Optional.empty();
  }

  /** Its answer is kept now. */
  void keep(Wanted wanted) {
    wanted.kept();
    Question question = wanted.order().question();
    float[] vector = wanted.vector();
    if (question != null && vector != null) {
      likeness.add(question.kin(), wanted.order().key(), vector, settings(wanted).maxEntries());
    }
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }

  private static void count(Wanted wanted, String result) {
    Metrics.compared(wanted.first().deployment().label(), result);
  }
}
