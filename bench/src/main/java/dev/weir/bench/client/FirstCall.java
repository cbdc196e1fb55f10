package dev.weir.bench.client;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long the first call of a node takes to its first token, with and without a warm connection.
 */
@Command(
    name = "first-call",
    mixinStandardHelpOptions = true,
    description = "The first call to an upstream on TLS, warm and cold (docs/adr/0026).")
public final class FirstCall implements Callable<Integer> {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Option(names = "--calls", defaultValue = "500", description = "of each kind, in turn")
  private int calls = 500;

  @Override
  public Integer call() throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "first-call", ConfigFactory.load());
    try (TlsUpstream upstream = new TlsUpstream()) {
      long[] cold = new long[calls];
      long[] warm = new long[calls];
      for (int i = -calls / 2; i < calls; i++) {
        long without = first(system, upstream, false);
        long with = first(system, upstream, true);
        if (i >= 0) {
          cold[i] = without;
          warm[i] = with;
        }
      }
      tell("cold", cold);
      tell("warm", warm);
    } finally {
      system.terminate();
    }
    return 0;
  }

  /** Nanoseconds to the first token of a client that has not called before. */
  private static long first(ActorSystem<?> system, TlsUpstream upstream, boolean warm)
      throws Exception {
    HttpCall call =
        HttpCall.post(
            upstream.uri(),
            Map.of(),
            new byte[0],
            TIMEOUT,
            (status, retryAfter, body) -> UpstreamError.malformed());
    try (StreamingHttp http = StreamingHttp.start(upstream.context())) {
      await(http.keep(call.origin(), warm ? 1 : 0, TIMEOUT));
      long begun = System.nanoTime();
      await(http.exchange(call).runWith(Sink.head(), system));
      return System.nanoTime() - begun;
    }
  }

  private static void tell(String kind, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%s first token: p50 %.2f ms, p99 %.2f ms%n",
        kind, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
