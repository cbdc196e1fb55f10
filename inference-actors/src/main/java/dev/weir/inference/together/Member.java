package dev.weir.inference.together;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One call on its way through an {@link Assembler}, and what has come of it. */
public final class Member {

  /** Hears what becomes of it before its answer. Called by the assembler's actor. */
  public interface Asking {

    /** It is not taken, and costs nothing. */
    void refused(WeirError error);

    /** It is with the upstream, and may cost from now on. */
    void submitted();
  }

  final ModelCall call;
  final long tokens;
  final Asker asker;
  final Asking asking;
  final CompletableFuture<List<Delta>> answer = new CompletableFuture<>();
  private volatile boolean over;

  /**
   * @param tokens how many its input has
   */
  public Member(ModelCall call, long tokens, Asker asker, Asking asking) {
    this.call = call;
    this.tokens = tokens;
    this.asker = asker;
    this.asking = asking;
  }

  /** Whether nobody waits for it any more. */
  boolean isOver() {
    return over;
  }

  void submitted() {
    if (!over) {
      asking.submitted();
    }
  }

  void answered(List<Delta> deltas) {
    over = true;
    answer.complete(deltas);
  }

  void failed(WeirError error) {
    over = true;
    answer.completeExceptionally(error.asException());
  }

  void refused(WeirError error) {
    if (!over) {
      over = true;
      asking.refused(error);
    }
  }

  void left() {
    over = true;
  }
}
