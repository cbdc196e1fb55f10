package dev.weir.inference.embedding;

import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.inference.batch.Slice;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.token.TokenCounter;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One request on its way through a {@link Batcher}, and what has come of it. */
final class Call {

  final EmbedRequest request;
  final Breaker.Permit permit;
  private final Span queue;
  private @Nullable Span upstream;
  private List<String> inputs = List.of();
  private long[] tokens = {};
  private ByteString[] vectors = {};
  private int missing;
  private long used;
  private boolean untold;
  private boolean over;

  Call(EmbedRequest request, Breaker.Permit permit, String provider) {
    this.request = request;
    this.permit = permit;
    this.queue =
        Stage.QUEUE
            .begin(request.trace())
            .tag("deployment", request.deployment())
            .tag("provider", provider)
            .tag("attempt", request.id().attempt());
  }

  /** Its inputs have come; returns the tokens of each. */
  long[] opened(EmbedCall call, TokenCounter counter) {
    inputs = call.inputs();
    tokens = inputs.stream().mapToLong(counter::count).toArray();
    vectors = new ByteString[inputs.size()];
    missing = inputs.size();
    return tokens;
  }

  List<String> inputs(Slice<Call> slice) {
    return inputs.subList(slice.from(), slice.to());
  }

  /** What a slice weighs when a batch's tokens are shared out. */
  long weight(Slice<Call> slice) {
    long sum = 0;
    for (int at = slice.from(); at < slice.to(); at++) {
      sum += Math.max(1, tokens[at]);
    }
    return sum;
  }

  /** Whether these are the first of its inputs that leave. */
  boolean leaves() {
    if (upstream != null) {
      return false;
    }
    queue.finish();
    upstream = Stage.EMBEDDING.begin(request.trace()).tag("deployment", request.deployment());
    return true;
  }

  boolean hasLeft() {
    return upstream != null;
  }

  /** Takes the vectors of a slice, from {@code from} on in those of its batch. */
  void took(Slice<Call> slice, List<ByteString> batch, int from, long share) {
    for (int at = slice.from(); at < slice.to(); at++) {
      vectors[at] = batch.get(from + at - slice.from());
    }
    missing -= slice.size();
    used(share);
  }

  private void used(long share) {
    untold |= share == Vectors.UNTOLD;
    used += share;
  }

  /** The upstream may have worked on it for nothing. */
  void mayHaveCost() {
    untold = true;
  }

  boolean isComplete() {
    return missing == 0;
  }

  Vectors vectors() {
    return new Vectors(List.of(vectors), tokens());
  }

  /** What it has used so far, as far as the upstream has told. */
  long tokens() {
    return untold ? Vectors.UNTOLD : used;
  }

  /** Whether nobody waits for it any more. */
  boolean isOver() {
    return over;
  }

  void answered() {
    over = true;
    if (upstream != null) {
      upstream.finish();
    }
  }

  void failed(String code) {
    over = true;
    queue.fail(code);
    if (upstream != null) {
      upstream.fail(code);
    }
  }
}
