package dev.weir.cluster.telemetry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Metric;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * Every number an operator sees, except those of budgets. Labels are models, deployments, endpoints
 * and codes, all of which are configured or built in: never what names a user, a conversation or a
 * response.
 */
public final class Metrics {

  private static final Metric.Timer TTFT =
      Kamon.timer("weir.ttft", "From the whole request to its first token at the client's socket.");
  private static final Metric.Timer ITL =
      Kamon.timer("weir.itl", "Raw gaps between tokens at the client's socket.");
  private static final Metric.Timer TPOT =
      Kamon.timer("weir.tpot", "(Latency - TTFT) / (output tokens - 1) of streamed responses.");
  private static final Metric.Timer RESPONSE =
      Kamon.timer("weir.response.duration", "From the whole request to its last event.");
  private static final Metric.Timer REQUEST =
      Kamon.timer("weir.request.duration", "From an HTTP request's head to its last byte out.");
  private static final Metric.Counter TOKENS =
      Kamon.counter("weir.tokens", "Tokens in and out, as upstreams count them.");
  private static final Metric.Counter ERRORS =
      Kamon.counter("weir.errors", "Failed responses (at=run) and refused requests (at=gateway).");
  private static final Metric.Counter RETRIES =
      Kamon.counter("weir.retries", "Further attempts, by what the one before failed with.");
  private static final Metric.Counter SHED =
      Kamon.counter("weir.shed", "Calls that a deployment's queue refused or gave up.");
  private static final Metric.Gauge WAITING =
      Kamon.gauge("weir.queue.waiting", "Generations that wait for a slot.");
  private static final Metric.Gauge RUNNING =
      Kamon.gauge("weir.generations.running", "Generations that have a slot.");
  private static final Metric.Counter CACHE =
      Kamon.counter(
          "weir.cache.requests", "Calls that may share an answer, by where they found one.");
  private static final Gauge CACHED =
      Kamon.gauge("weir.cache.entries", "Answers that are kept.").withoutTags();
  private static final Gauge CACHED_BYTES =
      Kamon.gauge("weir.cache.bytes", "How much memory they take.").withoutTags();
  private static final Metric.Counter COMPARED =
      Kamon.counter("weir.cache.semantic", "Questions compared with others, by what came of it.");
  private static final Metric.Counter REDIS =
      Kamon.counter(
          "weir.cache.redis", "What was asked of the answers' Redis, by what came of it.");
  private static final Gauge REDIS_AWAY =
      Kamon.gauge("weir.cache.redis.away", "Nodes that do without it for now.").withoutTags();
  private static final Metric.Gauge LIMIT_USED =
      Kamon.gauge("weir.limit.used", "Which share of a limit is used, from 0 to 1.");
  private static final Metric.Gauge LIMIT_WAITING =
      Kamon.gauge("weir.limit.waiting", "Generations that have a slot and wait for a limit.");

  private static final Metric.Gauge BROKEN =
      Kamon.gauge("weir.upstream.broken", "Nodes that do not call a failing upstream for now.");
  private static final Metric.Gauge COLD =
      Kamon.gauge(
          "weir.upstream.cold", "Nodes that could not open connections, or whose probe failed.");
  private static final Metric.Gauge IDLE =
      Kamon.gauge("weir.upstream.idle", "Connections that are open and not in use.");
  private static final Metric.Histogram BATCH =
      Kamon.histogram("weir.batch.inputs", "Inputs that went to an upstream in one call.");

  private static final Metric.Gauge CANARY =
      Kamon.gauge(
          "weir.canary.share", "Which share of a model's users has its canary, in percent.");
  private static final Metric.Counter CANARY_STOPPED =
      Kamon.counter("weir.canary.stopped", "Canaries that were sent back, by why.");

  private static final Gauge RUNS =
      Kamon.gauge("weir.runs.active", "Responses being made.").withoutTags();
  private static final Gauge READERS =
      Kamon.gauge("weir.readers.active", "Clients reading a response.").withoutTags();

  private static final Map<String, OfModel> MODELS = new ConcurrentHashMap<>();
  private static final Map<String, Tokens> DEPLOYMENTS = new ConcurrentHashMap<>();

  private Metrics() {}

  /** What clients of one model see. Keep it for as long as the stream: finding it costs more. */
  public record OfModel(String label, Timer ttft, Timer itl, Timer tpot) {

    /** A response has ended, {@code nanos} after it was asked for. */
    public void ended(String status, long nanos) {
      RESPONSE.withTags(TagSet.of("model", label).withTag("status", status)).record(nanos);
    }
  }

  private record Tokens(Counter input, Counter cached, Counter output) {}

  /** The instruments of a model; {@code label} is one of a bounded set. */
  public static OfModel ofModel(String label) {
    return MODELS.computeIfAbsent(
        label,
        model ->
            new OfModel(
                model,
                TTFT.withTag("model", model),
                ITL.withTag("model", model),
                TPOT.withTag("model", model)));
  }

  /** An HTTP request was answered to its last byte. */
  public static void answered(String method, String endpoint, int status, long nanos) {
    REQUEST
        .withTags(
            TagSet.of("endpoint", method + " " + endpoint)
                .withTag("status", String.valueOf(status)))
        .record(nanos);
  }

  /** What an upstream says a call has used; {@code input} includes {@code cached}. */
  public static void tokens(String deployment, long input, long cached, long output) {
    Tokens tokens =
        DEPLOYMENTS.computeIfAbsent(
            deployment,
            name ->
                new Tokens(
                    tokens(name, "input"), tokens(name, "cached_input"), tokens(name, "output")));
    tokens.input().increment(input);
    tokens.cached().increment(cached);
    tokens.output().increment(output);
  }

  private static Counter tokens(String deployment, String direction) {
    return TOKENS.withTags(TagSet.of("deployment", deployment).withTag("direction", direction));
  }

  /** A request was refused by the gateway. */
  public static void refused(String code) {
    ERRORS.withTags(TagSet.of("code", code).withTag("at", "gateway")).increment();
  }

  /** A response has failed. */
  public static void failed(String code) {
    ERRORS.withTags(TagSet.of("code", code).withTag("at", "run")).increment();
  }

  /** A failed attempt is followed by another. */
  public static void retried(String code) {
    RETRIES.withTag("code", code).increment();
  }

  /** A deployment's queue refuses a call, or gives up one that waits. */
  public static void shed(String deployment, String code) {
    SHED.withTags(TagSet.of("deployment", deployment).withTag("code", code)).increment();
  }

  /** One node calls an upstream no more (1), or again (-1). */
  public static void broken(String deployment, int change) {
    BROKEN.withTag("deployment", deployment).increment(change);
  }

  /** So many inputs went to a deployment's upstream in one call. */
  public static void batched(String deployment, int inputs) {
    BATCH.withTag("deployment", deployment).record(inputs);
  }

  /** So many percent of a model's users have its canary. */
  public static void canary(String model, int share) {
    CANARY.withTag("model", model).update(share);
  }

  /** A model's canary was sent back. */
  public static void canaryStopped(String model, String reason) {
    CANARY_STOPPED.withTags(TagSet.of("model", model).withTag("reason", reason)).increment();
  }

  /** A response begins to be made (1) or is made (-1). */
  public static void runs(int change) {
    RUNS.increment(change);
  }

  /** Readers came, or, when negative, left. */
  public static void readers(int change) {
    READERS.increment(change);
  }

  /** A call that may share an answer has found one ({@code hit}, {@code joined}) or none. */
  public static void cached(String deployment, String result) {
    CACHE.withTags(TagSet.of("deployment", deployment).withTag("result", result)).increment();
  }

  /** A question was compared with others, or could not be. */
  public static void compared(String deployment, String result) {
    COMPARED.withTags(TagSet.of("deployment", deployment).withTag("result", result)).increment();
  }

  /** What has become of one question to the answers' Redis. */
  public static void redis(String operation, String result) {
    REDIS.withTags(TagSet.of("operation", operation).withTag("result", result)).increment();
  }

  /** One node does without Redis (1), or with it again (-1). */
  public static void redisAway(int change) {
    REDIS_AWAY.increment(change);
  }

  /** What one cache holds; all caches of a process add up. Thread safe. */
  public static final class Held {

    private long knownEntries;
    private long knownBytes;

    /** How it is now. */
    public synchronized void update(long entries, long bytes) {
      CACHED.increment((double) (entries - knownEntries));
      CACHED_BYTES.increment((double) (bytes - knownBytes));
      knownEntries = entries;
      knownBytes = bytes;
    }
  }

  /** How much of one limit is used, as its owner knows. For one thread at a time. */
  public static final class Limit {

    private final Gauge requests;
    private final Gauge tokens;

    public Limit(String limit) {
      requests = LIMIT_USED.withTags(TagSet.of("limit", limit).withTag("of", "requests"));
      tokens = LIMIT_USED.withTags(TagSet.of("limit", limit).withTag("of", "tokens"));
    }

    /** How it is now, as shares of the limit. */
    public void update(double nowRequests, double nowTokens) {
      requests.update(nowRequests);
      tokens.update(nowTokens);
    }
  }

  /** How many calls wait for one limit; queues that share it add up. For one thread at a time. */
  public static final class Permits {

    private final Gauge waiting;
    private int known;

    public Permits(String limit) {
      waiting = LIMIT_WAITING.withTag("limit", limit);
    }

    /** How it is now. */
    public void update(int now) {
      waiting.increment(now - known);
      known = now;
    }
  }

  /** How one node stands with one upstream; nodes of a process add up. For one thread at a time. */
  public static final class Warmth {

    private final Gauge idle;
    private final Gauge cold;
    private int knownIdle;
    private int knownCold;

    public Warmth(String deployment) {
      idle = IDLE.withTag("deployment", deployment);
      cold = COLD.withTag("deployment", deployment);
    }

    /** How it is now: open connections that are not in use, and 1 where it failed. */
    public void update(int nowIdle, int nowCold) {
      idle.increment(nowIdle - knownIdle);
      cold.increment(nowCold - knownCold);
      knownIdle = nowIdle;
      knownCold = nowCold;
    }
  }

  /** How busy one queue is; queues of one label add up. For one thread at a time. */
  public static final class Queue {

    private final Gauge waiting;
    private final Gauge running;
    private int knownWaiting;
    private int knownRunning;

    public Queue(String deployment) {
      waiting = WAITING.withTag("deployment", deployment);
      running = RUNNING.withTag("deployment", deployment);
    }

    /** How it is now. */
    public void update(int nowWaiting, int nowRunning) {
      waiting.increment(nowWaiting - knownWaiting);
      running.increment(nowRunning - knownRunning);
      knownWaiting = nowWaiting;
      knownRunning = nowRunning;
    }
  }
}
