package dev.weir.orchestrator.conversation;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Keys in memory; the next call can be made to fail. */
final class TestKeys implements ConversationKeys {

  private final Map<String, KeyState> states = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  void failNext(RuntimeException with) {
    failure.set(with);
  }

  boolean knows(String conversation) {
    return states.containsKey(conversation);
  }

  @Override
  public CompletionStage<KeyState> find(String conversation) {
    return answer(() -> states.getOrDefault(conversation, new Absent()));
  }

  @Override
  public CompletionStage<KeyState> create(String conversation) {
    return answer(
        () -> {
          states.putIfAbsent(conversation, new Present(key((byte) 7)));
          return states.getOrDefault(conversation, new Absent());
        });
  }

  @Override
  public CompletionStage<KeyState> destroy(String conversation) {
    return answer(
        () -> {
          states.put(conversation, new Destroyed());
          return new Destroyed();
        });
  }

  static SecretKeySpec key(byte fill) {
    byte[] bytes = new byte[32];
    java.util.Arrays.fill(bytes, fill);
    return new SecretKeySpec(bytes, "AES");
  }

  private CompletionStage<KeyState> answer(Supplier<KeyState> state) {
    RuntimeException planned = failure.getAndSet(null);
    return planned == null
        ? CompletableFuture.completedStage(state.get())
        : CompletableFuture.failedStage(planned);
  }
}
