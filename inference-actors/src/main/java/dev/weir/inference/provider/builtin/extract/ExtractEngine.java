package dev.weir.inference.provider.builtin.extract;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The default model. It needs no weights and no network: it answers from the text it is given, the
 * same call always in the same words. Thread safe.
 *
 * <p>The work is done on the executor, once a stream is run; a cancelled stream stops it at its
 * next step. Then the answer flows as fast as it is read. A call beyond the context window fails
 * with {@code context_length_exceeded}, a schema that accepts nothing with {@code
 * unsupported_schema}.
 */
public final class ExtractEngine implements Provider {

  private final Deployment deployment;
  private final Executor executor;

  /**
   * Serves {@code deployment}.
   *
   * @param executor where to compute; long texts take tens of milliseconds of a thread
   */
  public ExtractEngine(Deployment deployment, Executor executor) {
    deployment.continuesOnly();
    this.deployment = deployment;
    this.executor = executor;
  }

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call) {
    return Source.lazySource(() -> exchange(call))
        .mapMaterializedValue(stage -> NotUsed.getInstance());
  }

  private Source<Delta, NotUsed> exchange(ModelCall call) {
    AtomicBoolean cancelled = new AtomicBoolean();
    CompletionStage<Source<Delta, NotUsed>> answer =
        CompletableFuture.supplyAsync(() -> answer(call, cancelled), executor);
    return Source.completionStageSource(answer)
        .watchTermination(
            (started, done) -> {
              done.whenComplete((end, failure) -> cancelled.set(true));
              return NotUsed.getInstance();
            });
  }

  /** A failure becomes a failed source here, so that no future wraps it in its own exception. */
  private Source<Delta, NotUsed> answer(ModelCall call, AtomicBoolean cancelled) {
    Runnable checkpoint =
        () -> {
          if (cancelled.get()) {
            throw new CancellationException();
          }
        };
    try {
      return Source.from(Answer.to(call, deployment, checkpoint));
    } catch (WeirException refused) {
      return Source.failed(refused);
    } catch (RuntimeException | StackOverflowError defect) {
      return Source.failed(WeirError.of(defect).asException());
    }
  }
}
