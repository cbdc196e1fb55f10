package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.RetrySettings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What lies between a run that wants a model call and its provider: routing, the fair queue, the
 * breaker, the generation, and the way back. The same calls go to the provider itself and through
 * an idle node, in turns, one at a time; times are to the first token.
 */
public final class InferenceLayer implements Bar {

  private static final int CALLS = 20_000;
  private static final List<Delta> ANSWER =
      List.of(
          new Delta.Text("A weir"),
          new Delta.Consumed(new Usage(20, 0, 1, 0)),
          new Delta.Finished(FinishReason.STOP));
  private static final ModelCall CALL =
      ModelCall.of("", List.of(Item.message("m", Role.USER, "How deep is the river?")), 100);

  @Override
  public String name() {
    return "inference-layer";
  }

  @Override
  public Report measure(double scale) {
    try (LoneNode lone =
        LoneNode.start(
            "weir.deployments.one { provider = builtin }\nweir.models.one.deployments = [one]",
            call -> Source.from(ANSWER))) {
      ActorRef<InferenceRouter.Command> router =
          lone.system()
              .systemActorOf(
                  InferenceRouter.create(
                      lone::catalog,
                      RetrySettings.from(lone.config().getConfig("weir")),
                      lone.system().ignoreRef(),
                      new Random(1)),
                  "router",
                  Props.empty());
      Histogram direct = histogram();
      Histogram through = histogram();
      int calls = Bar.scaled(CALLS, scale, 50);
      for (int call = -calls; call < calls; call++) {
        long alone = timed(Source.from(ANSWER), lone);
        long layered = through(lone, router, call);
        if (call >= 0) {
          direct.recordValue(alone);
          through.recordValue(layered);
        }
      }
      return report(direct, through);
    }
  }

  private Report report(Histogram direct, Histogram through) {
    return new Report(
        "from a run's wish to its provider and back to the first token, idle node",
        "p50 ≤ 200 µs",
        List.of(Measure.atMost("p50", added(direct, through, 50), 200, "µs")),
        List.of(
            String.format(
                Locale.ROOT,
                "p99 %.0f µs, the provider alone p50 %.0f µs",
                added(direct, through, 99),
                Figures.millis(direct, 50) * 1000)),
        name());
  }

  private static double added(Histogram direct, Histogram through, double percentile) {
    return 1000 * (Figures.millis(through, percentile) - Figures.millis(direct, percentile));
  }

  private static Histogram histogram() {
    return new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
  }

  /** Nanoseconds to the first delta, once the last has come. */
  private static long timed(Source<Delta, ?> deltas, LoneNode lone) {
    return reading(System.nanoTime(), deltas, lone).join();
  }

  private static CompletableFuture<Long> reading(
      long begin, Source<Delta, ?> deltas, LoneNode lone) {
    return deltas
        .map(delta -> System.nanoTime() - begin)
        .runWith(Sink.<Long>seq(), lone.system())
        .thenApply(List::getFirst)
        .toCompletableFuture();
  }

  private static long through(LoneNode lone, ActorRef<InferenceRouter.Command> router, int call) {
    long begin = System.nanoTime();
    return AskPattern.<InferenceRouter.Command, InferenceRouter.Choice>ask(
            router,
            replyTo ->
                new InferenceRouter.Choose(
                    "one",
                    Features.NONE,
                    "user",
                    "",
                    InferenceRouter.Purpose.ANSWER,
                    List.of(),
                    replyTo,
                    null),
            Duration.ofSeconds(5),
            lone.system().scheduler())
        .thenCompose(choice -> generated(begin, lone, (InferenceRouter.Chosen) choice, call))
        .toCompletableFuture()
        .join();
  }

  private static CompletableFuture<Long> generated(
      long begin, LoneNode lone, InferenceRouter.Chosen chosen, int call) {
    Conduit.Inbound<Delta> inbound = lone.conduit().open(lone.codecs().deltas());
    CompletableFuture<Long> firstToken = reading(begin, inbound.source(), lone);
    chosen
        .node()
        .tell(
            new InferenceNode.Generate(
                new GenerationId("resp_" + call, "generate", 1),
                chosen.deployment().name(),
                lone.conduit().parcels().wrap(CALL, lone.codecs().calls()),
                120,
                inbound.ticket(),
                TraceContext.NONE,
                lone.system().<InferenceNode.Reply>ignoreRef(),
                new Asker("user", 1, Workload.INTERACTIVE),
                20,
                null,
                null));
    return firstToken;
  }
}
