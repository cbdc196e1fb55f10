package dev.weir.inference.provider.builtin.embed;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Capability;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Embedder;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Makes vectors in this process, without a model: texts that share words, or parts of words, lie
 * near each other. Real and deterministic, and no rival to a trained model. Has no chat. Thread
 * safe.
 */
public final class EmbedEngine implements Provider, Embedder {

  private static final int LONGEST = 4096;
  private static final int USUAL = 256;

  private final int dimensions;
  private final Executor executor;
  private final TokenCounter counter = TokenCounter.estimate();

  /**
   * Serves {@code deployment}.
   *
   * @param executor where to compute
   * @throws com.typesafe.config.ConfigException naming the key that is wrong
   */
  public EmbedEngine(Deployment deployment, Executor executor) {
    Config options = deployment.options();
    this.dimensions = Keys.or(options, "dimensions", options::getInt, USUAL);
    this.executor = executor;
    Keys.check(
        dimensions > 0 && dimensions <= LONGEST,
        deployment.key("dimensions"),
        dimensions,
        "1 to " + LONGEST);
    Keys.check(
        Capability.of(deployment).equals(Set.of(Capability.EMBEDDINGS)),
        deployment.key("serves"),
        Capability.of(deployment),
        "the engine embed has no chat: write serves = [embeddings]");
  }

  /** Makes engines that compute on {@code executor}. */
  public static ProviderFactory factory(Executor executor) {
    return new ProviderFactory() {
      @Override
      public Provider create(Deployment deployment) {
        return new EmbedEngine(deployment, executor);
      }

      @Override
      public Set<String> options(Deployment deployment) {
        return Set.of("dimensions");
      }
    };
  }

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call) {
    return Source.failed(
        new WeirError.InvalidRequest(
                "unsupported_model", "This model makes embeddings; it does not answer.", "model")
            .asException());
  }

  @Override
  public Optional<Embedder> embedder() {
    return Optional.of(this);
  }

  @Override
  public Source<Vectors, NotUsed> embed(EmbedCall call) {
    if (call.dimensions() > LONGEST) {
      return Source.failed(
          WeirError.invalid("dimensions", "This model has " + LONGEST + " dimensions at most.")
              .asException());
    }
    return Source.lazySource(() -> computed(call))
        .mapMaterializedValue(begun -> NotUsed.getInstance());
  }

  private Source<Vectors, NotUsed> computed(EmbedCall call) {
    AtomicBoolean cancelled = new AtomicBoolean();
    CompletionStage<Vectors> vectors =
        CompletableFuture.supplyAsync(() -> vectors(call, cancelled), executor);
    return Source.completionStage(vectors)
        .watchTermination(
            (started, done) -> {
              done.whenComplete((end, failure) -> cancelled.set(true));
              return NotUsed.getInstance();
            });
  }

  private Vectors vectors(EmbedCall call, AtomicBoolean cancelled) {
    HashedFeatures features =
        new HashedFeatures(call.dimensions() > 0 ? call.dimensions() : dimensions);
    List<ByteString> all = new ArrayList<>(call.inputs().size());
    long tokens = 0;
    for (String input : call.inputs()) {
      if (cancelled.get()) {
        throw new CancellationException();
      }
      all.add(Vectors.bytes(features.of(input)));
      tokens += counter.count(input);
    }
    return new Vectors(all, tokens);
  }
}
