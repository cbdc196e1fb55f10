package dev.weir.inference.provider;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The way to a provider's upstream, and what can be asked there at no cost. Thread safe. */
public interface Upstream {

  /** Host and port, with the scheme: those that have it in common share their connections. */
  String origin();

  /**
   * Keeps so many connections open beside those in use, from now on; none lets them go.
   *
   * @return done when they are there; failed with a {@link dev.weir.cluster.error.WeirException}
   *     when one cannot be had, which is tried again all the same
   */
  CompletionStage<Done> keep(int connections);

  /** How many are open and not in use. */
  int idle();

  /**
   * Asks whether key and model are right, and fails where they are not. Cold: each materialization
   * asks once. Its one element is empty, or tells what is odd.
   */
  Source<String, NotUsed> probe();
}
