package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Which calls of a deployment go to its upstream together and are answered whole: {@code together}
 * of a deployment.
 *
 * @param by how the upstream takes them
 * @param gathering how many, of how much input, and how long the first one waits for others
 * @param underWay how many batches one node has at the upstream at most
 * @param poll how often an upstream that takes its time is asked how far a batch is
 * @param window how long it takes at most, by its own account
 * @param priceFactor what such a call costs, as a part of the price
 */
public record Together(
    Calls calls,
    By by,
    Batching gathering,
    int underWay,
    Duration poll,
    Duration window,
    double priceFactor) {

  /** The key of a request's metadata by which it asks to wait for others. */
  public static final String WISH = "weir.together";

  private static final Set<String> WISHES = Set.of("", "on", "off");

  public static final Together NONE =
      new Together(
          Calls.NONE,
          By.BATCHES,
          new Batching(500, 2_000_000, Duration.ofSeconds(60)),
          4,
          Duration.ofSeconds(60),
          Duration.ofHours(24),
          0.5);

  /** Which calls go together. Interactive ones never do. */
  public enum Calls {
    /** None, whatever a request asks for. */
    NONE,
    /** Those of background responses that ask for it. */
    ASKED,
    /** Those of all background responses that do not ask for the contrary. */
    BACKGROUND
  }

  /** How an upstream takes several calls. */
  public enum By {
    /** By its batch endpoint, in its own time. */
    BATCHES,
    /** As several prompts of one call. */
    PROMPTS
  }

  /**
   * Reads a deployment's options.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is wrong
   */
  public static Together from(Deployment deployment) {
    if (!deployment.options().hasPath("together")) {
      return NONE;
    }
    Config own = deployment.options().getConfig("together");
    String at = deployment.key("together");
    Together together =
        new Together(
            word(Calls.class, own, at, "calls", NONE.calls),
            word(By.class, own, at, "by", NONE.by),
            new Batching(
                Keys.or(own, "max-size", own::getInt, NONE.gathering.maxSize()),
                Keys.or(own, "max-tokens", own::getLong, NONE.gathering.maxTokens()),
                Keys.or(own, "max-wait", own::getDuration, NONE.gathering.maxWait())),
            Keys.or(own, "under-way", own::getInt, NONE.underWay),
            Keys.or(own, "poll", own::getDuration, NONE.poll),
            Keys.or(own, "window", own::getDuration, NONE.window),
            Keys.or(own, "price-factor", own::getDouble, NONE.priceFactor));
    together.check(at);
    return together;
  }

  private void check(String at) {
    Keys.check(gathering.maxSize() > 0, at + ".max-size", gathering.maxSize(), "at least 1");
    Keys.check(gathering.maxTokens() > 0, at + ".max-tokens", gathering.maxTokens(), "at least 1");
    Keys.check(
        !gathering.maxWait().isNegative(), at + ".max-wait", gathering.maxWait(), "0 or more");
    Keys.check(underWay > 0, at + ".under-way", underWay, "at least 1");
    Keys.check(poll.isPositive(), at + ".poll", poll, "more than 0, such as 60s");
    Keys.check(window.isPositive(), at + ".window", window, "more than 0, such as 24h");
    Keys.check(
        priceFactor >= 0 && priceFactor <= 1, at + ".price-factor", priceFactor, "from 0 to 1");
  }

  private static <E extends Enum<E>> E word(
      Class<E> type, Config own, String at, String key, E usual) {
    String word = Keys.or(own, key, own::getString, lower(usual));
    return Arrays.stream(type.getEnumConstants())
        .filter(known -> lower(known).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Keys.refusal(
                    at + "." + key,
                    word,
                    "use one of "
                        + Arrays.stream(type.getEnumConstants()).map(Together::lower).toList()));
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  /** For a provider whose upstreams know one way. */
  public void only(Deployment deployment, By way) {
    Keys.check(
        !isOn() || by == way,
        deployment.key("together.by"),
        lower(by),
        "this provider knows " + lower(way));
  }

  /** Whether any call may go together with others. */
  public boolean isOn() {
    return calls != Calls.NONE;
  }

  /**
   * Whether a call of {@code deployment} goes together with others.
   *
   * @param wish what its request says of that, under {@link #WISH}
   * @throws dev.weir.cluster.error.WeirException when it says what nobody knows
   */
  public static boolean takes(Deployment deployment, String wish, boolean background) {
    return background
        && switch (from(deployment).calls) {
          case NONE -> false;
          case ASKED -> known(wish).equals("on");
          case BACKGROUND -> !known(wish).equals("off");
        };
  }

  private static String known(String wish) {
    if (!WISHES.contains(wish)) {
      throw new WeirError.InvalidRequest(
              "invalid_value",
              "Invalid value: '" + wish + "' for 'metadata." + WISH + "'; use on or off.",
              "metadata")
          .asException();
    }
    return wish;
  }

  /** The deployment as it is for such calls: they cost less. */
  public static Deployment cheaper(Deployment deployment) {
    return deployment.with(deployment.price().times(from(deployment).priceFactor));
  }
}
