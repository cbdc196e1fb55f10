package dev.weir.inference.cache.redis;

import dev.weir.cluster.telemetry.Metrics;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection to Redis, and the patience with it: nothing waits for longer than the timeout, and
 * while it keeps failing nothing waits at all. Tells once when it goes and once when it is back.
 * Thread safe.
 */
final class RedisLink implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);

  /** The fewest that the client takes; it needs one of either kind. */
  private static final int THREADS = 2;

  private static final int LAST_CALLS = 10;
  private static final int LEAST_CALLS = 3;
  private static final int MOST_UNDER_WAY = 1000;

  private final RedisSettings settings;
  private final ClientResources resources;
  private final RedisClient client;
  private final CircuitBreaker circuit;
  private final CompletionStage<StatefulRedisConnection<byte[], byte[]>> first;
  private boolean answers = true;
  private boolean closed;
  private @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;

  RedisLink(RedisSettings settings) {
    this.settings = settings;
    this.resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .reconnectDelay(
                Delay.exponential(
                    Duration.ofMillis(50), Duration.ofSeconds(2), 2, TimeUnit.MILLISECONDS))
            .build();
    settings.uri().setTimeout(CONNECT_WITHIN);
    this.client = RedisClient.create(resources, settings.uri());
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MOST_UNDER_WAY)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_WITHIN).build())
            .build());
    this.circuit = circuit(settings);
    circuit.getEventPublisher().onStateTransition(event -> changed());
    this.first = connect();
  }

  private static CircuitBreaker circuit(RedisSettings settings) {
    return CircuitBreaker.of(
        "redis",
        CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(LAST_CALLS)
            .minimumNumberOfCalls(LEAST_CALLS)
            .failureRateThreshold(50)
            .waitDurationInOpenState(settings.pause())
            .permittedNumberOfCallsInHalfOpenState(1)
            .build());
  }

  private synchronized void changed() {
    boolean now = circuit.getState() == State.CLOSED;
    if (now != answers && circuit.getState() != State.HALF_OPEN) {
      answers = now;
      Metrics.redisAway(now ? -1 : 1);
      LOG.atLevel(now ? Level.INFO : Level.WARN)
          .addKeyValue("redis", settings.place())
          .log(now ? "redis answers again" : "redis does not answer, calls go on without it");
    }
  }

  /** The answer to {@code question}; fails when none comes in time, or none is expected. */
  <T> CompletionStage<T> ask(
      String operation, Function<RedisAsyncCommands<byte[], byte[]>, CompletionStage<T>> question) {
    if (!circuit.tryAcquirePermission()) {
      Metrics.redis(operation, "paused");
      return CompletableFuture.failedFuture(new IllegalStateException("paused"));
    }
    CompletionStage<T> answer =
        connect()
            .thenCompose(connected -> question.apply(connected.async()))
            .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    answer.whenComplete((reply, failure) -> came(operation, failure));
    return answer;
  }

  private void came(String operation, @Nullable Throwable failure) {
    if (failure == null) {
      circuit.onSuccess(0, TimeUnit.NANOSECONDS);
    } else {
      Metrics.redis(operation, failure instanceof TimeoutException ? "timeout" : "failed");
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      LOG.debug("redis {}: {}", operation, cause.getClass().getName());
      circuit.onError(0, TimeUnit.NANOSECONDS, failure);
    }
  }

  /** The connection, once there is one; tries again where the last try has failed. */
  private synchronized CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect() {
    if (closed) {
      return CompletableFuture.failedFuture(new IllegalStateException("closed"));
    }
    if (connection == null || connection.isCompletedExceptionally()) {
      connection = open();
    }
    return connection.copy();
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open() {
    try {
      return client.connectAsync(ByteArrayCodec.INSTANCE, settings.uri()).toCompletableFuture();
    } catch (RuntimeException defect) {
      return CompletableFuture.failedFuture(defect);
    }
  }

  /** Completes when the first try to connect has, and fails as it did. */
  CompletionStage<Void> connected() {
    return first.thenAccept(connected -> {});
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      CompletionStage<Void> down = client.shutdownAsync(0, 1, TimeUnit.SECONDS);
      down.whenComplete((done, failure) -> release());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void release() {
    resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
