package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Hears of one node's generations while they stream. Called by any thread. */
interface Listener {

  /** The first of the answer has come, so long after the call was sent. */
  void begun(ActorRef<Generation.Command> generation, Duration firstToken);

  /** So many more tokens have come; told now and then. */
  void produced(ActorRef<Generation.Command> generation, long tokens);

  /**
   * The exchange with the upstream is over, as far as it began; told once.
   *
   * @param answered whether anything came
   * @param failure null when it did not fail
   * @param tokens input and output as the upstream counts them, if it has said so
   */
  void ended(
      ActorRef<Generation.Command> generation,
      boolean answered,
      @Nullable WeirError failure,
      OptionalLong tokens);
}
