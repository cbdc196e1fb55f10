package dev.weir.bench.bar;

import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.EmbeddingMock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What gathering embeddings calls gains: the same requests by way of two deployments of one
 * upstream, of which one sends each input by itself, in turns.
 */
public final class EmbeddingsBatching implements Bar {

  private static final int CLIENTS = 64;
  private static final int ROUNDS = 3;

  @Override
  public String name() {
    return "embeddings-batching";
  }

  private record Run(double perSecond, double p95, int errors, long calls) {}

  @Override
  public Report measure(double scale) {
    int each = Bar.scaled(100, scale, 2);
    List<Run> with = new ArrayList<>();
    List<Run> without = new ArrayList<>();
    try (EmbeddingMock mock = EmbeddingMock.start(20_000, 200);
        HttpClient http = HttpClient.newHttpClient();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
        Cluster weir = Cluster.start(settings(mock.port()), Cluster.ALL)) {
      URI uri =
          URI.create("http://127.0.0.1:" + weir.node(0).address().getPort() + "/v1/embeddings");
      Load load = new Load(http, clients, uri, mock);
      load.run("together", each);
      load.run("apart", each / 4 + 1);
      for (int round = 0; round < ROUNDS; round++) {
        without.add(load.run("apart", each / 4 + 1));
        with.add(load.run("together", each));
      }
    }
    Run together = median(with);
    Run apart = median(without);
    int errors =
        with.stream().mapToInt(Run::errors).sum() + without.stream().mapToInt(Run::errors).sum();
    return new Report(
        "embeddings gathered, 64 clients × 1 input, upstream 20 ms a call + 0.2 ms an input, 4"
            + " slots",
        "requests/s ≥ 4 ×, p95 ≤ a quarter of those without",
        List.of(
            Measure.atMost(
                "requests/s without ÷ with", apart.perSecond / together.perSecond, 0.25, ""),
            Measure.atMost("p95 with ÷ without", together.p95 / apart.p95, 0.25, ""),
            Measure.none("errors", errors)),
        List.of(told("with", together), told("without", apart)),
        name());
  }

  private static String told(String what, Run run) {
    return String.format(
        Locale.ROOT,
        "%s: %.0f requests/s, p95 %.1f ms, %d upstream calls",
        what,
        run.perSecond,
        run.p95,
        run.calls);
  }

  private static Run median(List<Run> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(Run::perSecond))
        .toList()
        .get(runs.size() / 2);
  }

  private static String settings(int port) {
    return """
    weir {
      deployments.together {
        provider = openai, base-url = "http://127.0.0.1:%d/v1", serves = [embeddings], slots = 4
      }
      deployments.apart = ${weir.deployments.together} { batch.max-size = 1 }
      models { together { deployments = [together] }, apart { deployments = [apart] } }
    }
    """
        .formatted(port);
  }

  private record Load(HttpClient http, ExecutorService clients, URI uri, EmbeddingMock mock) {

    /** Each client asks {@code each} times, again as soon as its answer has come. */
    Run run(String model, int each) {
      Histogram latencies = new ConcurrentHistogram(3);
      AtomicInteger errors = new AtomicInteger();
      long calls = mock.calls();
      long begin = System.nanoTime();
      CompletableFuture.allOf(
              IntStream.range(0, CLIENTS)
                  .mapToObj(
                      client ->
                          CompletableFuture.runAsync(
                              () -> ask(model, each, latencies, errors), clients))
                  .toArray(CompletableFuture[]::new))
          .join();
      double seconds = (System.nanoTime() - begin) / 1e9;
      Run run =
          new Run(
              CLIENTS * each / seconds,
              latencies.getValueAtPercentile(95) / 1e6,
              errors.get(),
              mock.calls() - calls);
      System.out.println(told(model, run));
      return run;
    }

    private void ask(String model, int each, Histogram latencies, AtomicInteger errors) {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\"" + model + "\",\"input\":\"How deep is the river?\"}"))
              .build();
      for (int at = 0; at < each; at++) {
        long asked = System.nanoTime();
        try {
          int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
          latencies.recordValue(System.nanoTime() - asked);
          errors.addAndGet(status == 200 ? 0 : 1);
        } catch (IOException failed) {
          errors.incrementAndGet();
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
    }
  }
}
