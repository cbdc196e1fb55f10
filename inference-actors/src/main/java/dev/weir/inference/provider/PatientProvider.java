package dev.weir.inference.provider;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** A provider with its deployment's timeouts around it, and each call's own. */
record PatientProvider(Provider provider, Deployment.Timeouts limits) implements Provider {

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call) {
    return generate(call, Terms.NONE);
  }

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call, Terms terms) {
    return provider.generate(call, terms).via(new Patience(limits, terms.left()));
  }

  @Override
  public Optional<Upstream> upstream() {
    return provider.upstream();
  }

  @Override
  public Optional<Embedder> embedder() {
    return provider.embedder().map(embedder -> patient(embedder, limits));
  }

  /** Its batches have times of their own. */
  @Override
  public Optional<JointProvider> joint() {
    return provider.joint();
  }

  /** Vectors come all at once: their first token is their last. */
  private static Embedder patient(Embedder embedder, Deployment.Timeouts limits) {
    boolean whole = limits.whole().compareTo(limits.firstToken()) < 0;
    Duration limit = whole ? limits.whole() : limits.firstToken();
    WeirError late =
        whole ? UpstreamError.wholeTimeout(limit) : UpstreamError.firstTokenTimeout(limit);
    return call ->
        embedder
            .embed(call)
            .completionTimeout(limit)
            .mapError(TimeoutException.class, silence -> late.asException());
  }
}
