package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.BatchDialect.Look;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.scaladsl.Framing.FramingException;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A batch endpoint: hands calls in, looks after the batch until it is over, reads what came of it
 * and deletes it. Thread safe.
 *
 * <p>What the upstream refuses for now is asked again after a pause that doubles, or that it names:
 * to hand in a few times, what concerns a batch that is there as long as it may live. A batch that
 * may have been taken is never handed in again.
 */
public final class BatchExchange implements JointProvider {

  /**
   * When to ask.
   *
   * @param poll how often to look
   * @param window how long the upstream takes at most, by its own account
   * @param pause the first one after a refusal
   */
  public record Times(Duration poll, Duration window, Duration pause) {
    static Times of(Together together) {
      Duration poll = together.poll();
      return new Times(poll, together.window(), poll.compareTo(PAUSE) < 0 ? poll : PAUSE);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(BatchExchange.class);
  private static final int SUBMISSIONS = 5;
  private static final int DELETIONS = 3;
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** By which a batch must be over that the upstream has not ended in its window. */
  private static final Duration SLACK = Duration.ofHours(1);

  /** No line is longer. */
  private static final int LINE = 16 << 20;

  private final BatchDialect dialect;
  private final BatchHttp http;
  private final Times times;

  public BatchExchange(BatchDialect dialect, BatchHttp http, Times times) {
    this.dialect = dialect;
    this.http = http;
    this.times = times;
  }

  /** {@code provider} with a batch endpoint beside it, where the deployment wants one. */
  public static Provider beside(
      Provider provider,
      Deployment deployment,
      BatchHttp http,
      Function<BatchHttp, BatchDialect> dialect) {
    Together together = Together.from(deployment);
    return together.isOn()
        ? provider.joined(new BatchExchange(dialect.apply(http), http, Times.of(together)))
        : provider;
  }

  @Override
  public Source<News, NotUsed> generate(List<Entry> calls) {
    List<News> unsaid = new ArrayList<>();
    List<byte[]> lines = new ArrayList<>();
    for (Entry call : calls) {
      try {
        lines.add(dialect.line(call));
      } catch (WeirException unspeakable) {
        unsaid.add(new Refused(call.id(), unspeakable.error()));
      }
    }
    Source<News, NotUsed> told = Source.from(unsaid);
    return lines.isEmpty() ? told : told.concat(submit(lines).flatMapConcat(this::follow));
  }

  private Source<String, NotUsed> submit(List<byte[]> lines) {
    return again(() -> dialect.upload(lines), SUBMISSIONS, BatchExchange::isPassing)
        .flatMapConcat(
            uploaded ->
                again(
                        () -> dialect.submit(uploaded, lines),
                        SUBMISSIONS,
                        BatchExchange::hasNotTaken)
                    .recoverWithRetries(
                        1,
                        new PFBuilder<Throwable, Source<String, NotUsed>>()
                            .matchAny(
                                failure ->
                                    quietly(() -> dialect.discard(uploaded))
                                        .map(nothing -> "")
                                        .concat(Source.failed(failure)))
                            .build()));
  }

  /** What becomes of a batch that the upstream has. */
  private Source<News, NotUsed> follow(String batch) {
    return Source.fromMaterializer((materializer, attributes) -> follow(batch, materializer))
        .mapMaterializedValue(any -> NotUsed.getInstance());
  }

  private Source<News, NotUsed> follow(String batch, Materializer materializer) {
    AtomicBoolean over = new AtomicBoolean();
    Source<News, NotUsed> outcome =
        Source.repeat(batch)
            .throttle(1, times.poll())
            .flatMapConcat(it -> always(() -> dialect.look(it)))
            .filter(Look::over)
            .take(1)
            .completionTimeout(times.window().plus(SLACK))
            .mapError(TimeoutException.class, late -> UpstreamError.batchExpired().asException())
            .flatMapConcat(
                look -> {
                  over.set(true);
                  return outcome(look);
                });
    return Source.<News>single(new Submitted(batch))
        .concat(outcome)
        .watchTermination(
            (any, ended) -> {
              ended.thenRun(() -> giveUp(batch, over, materializer));
              return any;
            });
  }

  /** Nobody wants the rest; but what an ending node leaves, the upstream may finish. */
  private void giveUp(String batch, AtomicBoolean over, Materializer materializer) {
    if (over.compareAndSet(false, true)) {
      again(() -> dialect.cancel(batch), DELETIONS, BatchExchange::isPassing)
          .runWith(Sink.ignore(), materializer)
          .exceptionally(
              failure -> {
                LOG.warn("Batch {} was given up, but may run on: {}", batch, code(failure));
                return null;
              });
    }
  }

  private Source<News, NotUsed> outcome(Look look) {
    Source<News, NotUsed> results =
        Source.from(look.results()).flatMapConcat(uri -> always(() -> lines(uri)));
    return results
        .concat(Source.single(new Ended(look.unanswered())))
        .concat(Source.from(look.leftovers()).flatMapConcat(this::deleted));
  }

  private Source<News, NotUsed> lines(URI results) {
    return http.read(results)
        .via(Framing.delimiter(ByteString.fromString("\n"), LINE, FramingTruncation.ALLOW))
        .mapError(FramingException.class, endless -> UpstreamError.malformed().asException())
        .filter(line -> !line.isEmpty())
        .mapConcat(this::line);
  }

  /** Whose a line is that cannot be read nobody knows; its call is told of with the rest. */
  private List<News> line(ByteString line) {
    try {
      return List.of(dialect.read(BatchHttp.read(line.toArray())));
    } catch (RuntimeException unreadable) {
      LOG.warn("A line of a batch's results cannot be read: {}", code(unreadable));
      return List.of();
    }
  }

  private Source<News, NotUsed> deleted(URI uri) {
    return quietly(() -> http.delete(uri));
  }

  /** Brings nothing, whatever comes of it: what is not deleted the upstream deletes in the end. */
  private <T> Source<T, NotUsed> quietly(Supplier<Source<JsonNode, NotUsed>> exchange) {
    return again(exchange, DELETIONS, BatchExchange::isPassing)
        .map(any -> true)
        .recover(
            new PFBuilder<Throwable, Boolean>()
                .matchAny(
                    failure -> {
                      LOG.info("What a batch left stays at the upstream: {}", code(failure));
                      return false;
                    })
                .build())
        .mapConcat(any -> List.of());
  }

  /** Asks again for as long as it may help. */
  private <T> Source<T, NotUsed> always(Supplier<Source<T, NotUsed>> exchange) {
    return again(exchange, Integer.MAX_VALUE, BatchExchange::isPassing);
  }

  private <T> Source<T, NotUsed> again(
      Supplier<? extends Source<T, NotUsed>> exchange, int tries, Worth worth) {
    return again(exchange, tries, worth, times.pause());
  }

  private <T> Source<T, NotUsed> again(
      Supplier<? extends Source<T, NotUsed>> exchange, int tries, Worth worth, Duration pause) {
    return exchange
        .get()
        .recoverWithRetries(
            1,
            new PFBuilder<Throwable, Source<T, NotUsed>>()
                .match(
                    WeirException.class,
                    failed -> tries > 1 && worth.of(failed.error()),
                    failed ->
                        Source.single(pause)
                            .initialDelay(longer(pause, failed.error()))
                            .flatMapConcat(
                                waited ->
                                    again(
                                        exchange,
                                        tries - 1,
                                        worth,
                                        longest(waited.multipliedBy(2)))))
                .build());
  }

  /** Whether to ask again after an error. */
  @FunctionalInterface
  private interface Worth {
    boolean of(WeirError error);
  }

  private static boolean isPassing(WeirError error) {
    return error instanceof WeirError.ModelFailed failed && failed.retryable();
  }

  /** Whether the upstream has certainly not taken what it was handed. */
  private static boolean hasNotTaken(WeirError error) {
    return isPassing(error) && UpstreamError.hasNotTaken(error);
  }

  private static Duration longer(Duration pause, WeirError error) {
    Duration asked = error instanceof WeirError.ModelFailed failed ? failed.retryAfter() : pause;
    return longest(asked.compareTo(pause) > 0 ? asked : pause);
  }

  private static Duration longest(Duration pause) {
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private static String code(Throwable failure) {
    return WeirError.of(failure).code();
  }
}
