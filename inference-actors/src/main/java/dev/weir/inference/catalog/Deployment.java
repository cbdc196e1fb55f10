package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.breaker.BreakerSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One upstream model at one provider, with its limits and its price.
 *
 * @param at where it is configured, such as {@code weir.deployments.local}
 * @param upstreamModel the model's name at the upstream
 * @param slots how many generations one node runs at once, at most
 * @param leastSlots how many at least; fewer than {@code slots} where their number adapts
 * @param contextWindow input and output tokens together
 * @param maxOutput output tokens of one generation at most
 * @param inputMargin factor on an estimated input count, for the reservation
 * @param cache which of its answers are kept
 * @param structured who sees to it that answers have the form that was asked for
 * @param traits where it is and what it is, for routing
 * @param extras keys of its own that only its provider can know
 * @param options the whole configuration object, for what only one provider knows
 * @param limit what its upstream takes from the whole cluster; null for anything
 */
public record Deployment(
    String at,
    String name,
    String provider,
    String upstreamModel,
    int slots,
    int leastSlots,
    Queue queue,
    long contextWindow,
    int maxOutput,
    double inputMargin,
    Price price,
    Timeouts timeouts,
    Set<String> tags,
    Continuation continuation,
    BreakerSettings breaker,
    CacheSettings cache,
    Structured structured,
    Traits traits,
    Set<String> extras,
    Config options,
    @Nullable Limit limit) {

  public Deployment {
    tags = Set.copyOf(tags);
    extras = Set.copyOf(extras);
    Keys.check(leastSlots > 0, at + ".slots", leastSlots, "at least 1");
    Keys.check(
        leastSlots <= slots, at + ".slots.min", leastSlots, "at most slots.max (" + slots + ")");
    Keys.check(maxOutput > 0, at + ".max-output", maxOutput, "at least 1 token");
    Keys.check(
        contextWindow > maxOutput,
        at + ".context-window",
        contextWindow,
        "must be larger than max-output (" + maxOutput + ")");
    Keys.check(inputMargin >= 1, at + ".input-margin", inputMargin, "at least 1.0");
    Keys.check(
        queue.maxRequests() >= 0, at + ".queue.max-requests", queue.maxRequests(), "0 or more");
    Keys.check(queue.maxTokens() >= 0, at + ".queue.max-tokens", queue.maxTokens(), "0 or more");
    positive(at + ".queue.max-wait", queue.maxWait());
    positive(at + ".timeouts.connect", timeouts.connect());
    positive(at + ".timeouts.first-token", timeouts.firstToken());
    positive(at + ".timeouts.between-tokens", timeouts.betweenTokens());
    positive(at + ".timeouts.whole", timeouts.whole());
  }

  private static void positive(String key, Duration time) {
    Keys.check(time.isPositive(), key, time, "more than 0, such as 60s");
  }

  /** Whether it has a tag, or an attribute that is given as {@code name=value}. */
  boolean has(String tag) {
    int equals = tag.indexOf('=');
    return tags.contains(tag)
        || (equals > 0
            && tag.substring(equals + 1)
                .strip()
                .equals(traits.attributes().get(tag.substring(0, equals).strip())));
  }

  /** What metrics call it: its name, or {@code prefix/*} where the name has a prefix. */
  public String label() {
    return label(name);
  }

  /** What metrics call the deployment of that name. */
  public static String label(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash) + "/*";
  }

  /**
   * Bounds on what waits for a slot on one node.
   *
   * @param maxWait how long an interactive call waits at most; one that would wait for longer is
   *     refused when it comes
   */
  public record Queue(int maxRequests, long maxTokens, Duration maxWait) {

    /** One that bounds how many wait and not for how long. */
    public Queue(int maxRequests, long maxTokens) {
      this(maxRequests, maxTokens, Duration.ofSeconds(Long.MAX_VALUE));
    }
  }

  /** How long to wait for the connection, the first token, the next token, the whole answer. */
  public record Timeouts(
      Duration connect, Duration firstToken, Duration betweenTokens, Duration whole) {}

  /**
   * What tells it from others that do the same. A region or a zone is empty where there is none.
   *
   * @param attributes words of the operators' own, such as {@code precision = int8}
   */
  public record Traits(String region, String zone, Map<String, String> attributes) {

    public static final Traits NONE = new Traits("", "", Map.of());

    public Traits {
      attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }
  }

  /** Without the options, which may hold a key. */
  @Override
  public String toString() {
    return "Deployment[" + name + ", " + provider + ", " + upstreamModel + "]";
  }

  static Deployment from(String at, String name, Config config, Config defaults, Config limits) {
    Config all = config.withFallback(defaults);
    return new Deployment(
        at,
        name,
        all.getString("provider"),
        Keys.or(all, "upstream-model", all::getString, name),
        slots(at, all, "max"),
        slots(at, all, "min"),
        new Queue(
            all.getInt("queue.max-requests"),
            all.getLong("queue.max-tokens"),
            all.getDuration("queue.max-wait")),
        all.getLong("context-window"),
        all.getInt("max-output"),
        all.getDouble("input-margin"),
        all.hasPath("price") ? Price.from(all.getConfig("price"), at + ".price") : Price.FREE,
        new Timeouts(
            all.getDuration("timeouts.connect"),
            all.getDuration("timeouts.first-token"),
            all.getDuration("timeouts.between-tokens"),
            all.getDuration("timeouts.whole")),
        Set.copyOf(all.getStringList("tags")),
        Continuation.from(at + ".continuation", all.getString("continuation")),
        BreakerSettings.from(at + ".breaker", all.getConfig("breaker")),
        CacheSettings.from(all.getConfig("cache"), at + ".cache"),
        Structured.from(
            at + ".structured",
            all.getString("structured"),
            all.getString("provider"),
            Keys.or(all, "engine", all::getString, "")),
        new Traits(
            all.getString("region"),
            all.getString("zone"),
            Keys.texts(all, "attributes", at + ".attributes")),
        KeyCheck.extras(at, config, defaults),
        all,
        Limit.of(at, all, limits));
  }

  /** The same with another price. */
  Deployment with(Price other) {
    return new Deployment(
        at,
        name,
        provider,
        upstreamModel,
        slots,
        leastSlots,
        queue,
        contextWindow,
        maxOutput,
        inputMargin,
        other,
        timeouts,
        tags,
        continuation,
        breaker,
        cache,
        structured,
        traits,
        extras,
        options,
        limit);
  }

  /** For a provider that can go on with an answer in these ways only. */
  public void continuesOnly(Continuation... ways) {
    List<Continuation> known = List.of(ways);
    Keys.check(
        continuation == Continuation.OFF || known.contains(continuation),
        at + ".continuation",
        continuation.word(),
        "this provider knows off"
            + known.stream().map(way -> ", " + way.word()).reduce("", String::concat));
  }

  /** What a call hears while its upstream is kept from calls. */
  public WeirError broken() {
    return new WeirError.Unavailable(
        "upstream_broken",
        "The upstream of '" + name + "' has failed too often; it is tried again soon.",
        breaker.pause());
  }

  /** Either one number, or two that bound it. */
  private static int slots(String at, Config all, String bound) {
    if (all.getValue("slots").valueType() != ConfigValueType.OBJECT) {
      return all.getInt("slots");
    }
    Config slots = all.getConfig("slots");
    Keys.only(at + ".slots", slots, Set.of("min", "max"));
    return slots.getInt(bound);
  }

  /** Whether it can go on with an answer that broke off elsewhere. */
  public boolean continues() {
    return continuation != Continuation.OFF;
  }

  /** How many tokens one call may take, input and output: no more than its limit ever allows. */
  public long room() {
    return limit == null ? contextWindow : Math.min(contextWindow, limit.tokens());
  }

  /** The whole key of one of its options, for messages. */
  public String key(String option) {
    return at + "." + option;
  }
}
