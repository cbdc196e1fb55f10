package dev.weir.inference.provider;

import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * An adapter to one upstream of one deployment. Thread safe.
 *
 * <p>{@link #generate} returns a cold source: each materialization is one exchange with the
 * upstream. The contract every provider keeps (and {@code ProviderContract} tests):
 *
 * <ul>
 *   <li>deltas as {@link Delta} describes: one {@link Delta.Finished} last, then completion;
 *   <li>no demand, no reading: at most a bounded buffer lies between the upstream's socket and the
 *       consumer;
 *   <li>cancellation closes the exchange at the upstream at once;
 *   <li>a failure is translated here, once, into a {@link dev.weir.cluster.error.WeirError}, and
 *       comes after every delta that was received before it.
 * </ul>
 */
public interface Provider {

  Source<Delta, NotUsed> generate(ModelCall call);

  /** The same on {@code terms}; without an upstream there is nothing that they could change. */
  default Source<Delta, NotUsed> generate(ModelCall call, Terms terms) {
    return generate(call);
  }

  /** The way to its upstream, where it has one. */
  default Optional<Upstream> upstream() {
    return Optional.empty();
  }

  /** The upstream's second capability, where it has it. */
  default Optional<Embedder> embedder() {
    return Optional.empty();
  }

  /** Its way to take several calls at once, where the deployment has it. */
  default Optional<JointProvider> joint() {
    return Optional.empty();
  }

  /** The same provider, which makes vectors, too. */
  default Provider with(Embedder embedder) {
    return with(Optional.of(embedder), joint());
  }

  /** The same provider, which takes several calls at once, too. */
  default Provider joined(JointProvider joint) {
    return with(embedder(), Optional.of(joint));
  }

  private Provider with(Optional<Embedder> embedder, Optional<JointProvider> joint) {
    Provider chat = this;
    return new Provider() {
      @Override
      public Source<Delta, NotUsed> generate(ModelCall call) {
        return chat.generate(call);
      }

      @Override
      public Source<Delta, NotUsed> generate(ModelCall call, Terms terms) {
        return chat.generate(call, terms);
      }

      @Override
      public Optional<Upstream> upstream() {
        return chat.upstream();
      }

      @Override
      public Optional<Embedder> embedder() {
        return embedder;
      }

      @Override
      public Optional<JointProvider> joint() {
        return joint;
      }
    };
  }
}
