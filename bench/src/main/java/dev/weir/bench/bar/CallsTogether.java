package dev.weir.bench.bar;

import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.CompletionMock;
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
 * What it gains to send background calls together: the same requests by way of three deployments of
 * one upstream, which take each by itself, several prompts in one call, and batches.
 */
public final class CallsTogether implements Bar {

  private static final int CLIENTS = 64;
  private static final int ROUNDS = 3;

  @Override
  public String name() {
    return "calls-together";
  }

  private record Run(double perSecond, double p95, int errors, long calls, int requests) {}

  @Override
  public Report measure(double scale) {
    int each = Bar.scaled(24, scale, 2);
    int many = Bar.scaled(500, scale, 20);
    List<Run> prompts = new ArrayList<>();
    List<Run> apart = new ArrayList<>();
    Run batch;
    try (CompletionMock mock = CompletionMock.start(100_000, 1_000);
        HttpClient http = HttpClient.newHttpClient();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
        Cluster weir = Cluster.start(settings(mock.port(), many), Cluster.ALL)) {
      URI uri =
          URI.create("http://127.0.0.1:" + weir.node(0).address().getPort() + "/v1/responses");
      Load load = new Load(http, clients, uri, mock);
      load.run("prompts", CLIENTS, each);
      load.run("apart", CLIENTS, each / 4 + 1);
      for (int round = 0; round < ROUNDS; round++) {
        apart.add(load.run("apart", CLIENTS, each / 4 + 1));
        prompts.add(load.run("prompts", CLIENTS, each));
      }
      batch = load.run("batches", many, 1);
    }
    return report(median(prompts), median(apart), batch);
  }

  private Report report(Run together, Run apart, Run batch) {
    return new Report(
        "background responses sent together, 64 clients, upstream 100 ms a call + 1 ms a prompt, 4"
            + " calls at once",
        "requests/s ≥ 3 ×, p95 ≤ a third of those without; a batch takes ≤ 20 upstream requests",
        List.of(
            Measure.atMost(
                "requests/s without ÷ with", apart.perSecond / together.perSecond, 1.0 / 3, ""),
            Measure.atMost("p95 with ÷ without", together.p95 / apart.p95, 1.0 / 3, ""),
            Measure.atMost("upstream requests of the batch", (double) batch.calls, 20, ""),
            Measure.none("errors", together.errors + apart.errors + batch.errors)),
        List.of(
            told("several prompts in one call", together),
            told("each by itself", apart),
            told("one batch", batch)),
        name());
  }

  private static String told(String what, Run run) {
    return String.format(
        Locale.ROOT,
        "%s: %.0f requests/s, p95 %.0f ms, %d upstream requests for %d",
        what,
        run.perSecond,
        run.p95,
        run.calls,
        run.requests);
  }

  private static Run median(List<Run> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(Run::perSecond))
        .toList()
        .get(runs.size() / 2);
  }

  private static String settings(int port, int many) {
    return """
    weir {
      deployments.apart { provider = openai, base-url = "http://127.0.0.1:%1$d/v1", slots = 4 }
      deployments.prompts = ${weir.deployments.apart} {
        together { calls = background, by = prompts, max-size = 32, max-wait = 20ms, under-way = 4 }
      }
      deployments.batches = ${weir.deployments.apart} {
        together { calls = background, max-size = %2$d, max-wait = 30s, poll = 100ms }
      }
      models {
        apart { deployments = [apart] }
        prompts { deployments = [prompts] }
        batches { deployments = [batches] }
      }
    }
    """
        .formatted(port, many);
  }

  private record Load(HttpClient http, ExecutorService threads, URI uri, CompletionMock mock) {

    /** Each client asks {@code each} times, again as soon as its answer has come. */
    Run run(String model, int clients, int each) {
      Histogram latencies = new ConcurrentHistogram(3);
      AtomicInteger errors = new AtomicInteger();
      long calls = mock.calls();
      long begin = System.nanoTime();
      CompletableFuture.allOf(
              IntStream.range(0, clients)
                  .mapToObj(
                      client ->
                          CompletableFuture.runAsync(
                              () -> ask(model, each, latencies, errors), threads))
                  .toArray(CompletableFuture[]::new))
          .join();
      double seconds = (System.nanoTime() - begin) / 1e9;
      Run run =
          new Run(
              clients * each / seconds,
              latencies.getValueAtPercentile(95) / 1e6,
              errors.get(),
              mock.calls() - calls,
              clients * each);
      System.out.println(told(model, run));
      return run;
    }

    private void ask(String model, int each, Histogram latencies, AtomicInteger errors) {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\""
                          + model
                          + "\",\"input\":\"How deep is the river?\",\"background\":true,"
                          + "\"stream\":true}"))
              .build();
      for (int at = 0; at < each; at++) {
        long asked = System.nanoTime();
        try {
          HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
          latencies.recordValue(System.nanoTime() - asked);
          boolean whole =
              answer.statusCode() == 200 && answer.body().contains("event: response.completed");
          errors.addAndGet(whole ? 0 : 1);
        } catch (IOException failed) {
          errors.incrementAndGet();
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
    }
  }
}
