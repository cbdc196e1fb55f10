package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A deployment that is sent some of a model's calls a second time; nobody is shown what it answers.
 *
 * @param share which part of the calls, from 0 to 1
 * @param evaluator tells which of the answers, of either side, are wrong
 */
public record Shadow(String deployment, double share, Evaluator evaluator) {

  /** The key of a request's metadata that, unless it is {@code on}, keeps it from shadows. */
  public static final String WISH = "weir.shadow";

  /**
   * Reads {@code shadow} of a model; null where there is none.
   *
   * @param model where the model is configured
   */
  static @Nullable Shadow of(String model, Config config) {
    return config.hasPath("shadow") ? from(model + ".shadow", config.getConfig("shadow")) : null;
  }

  private static Shadow from(String at, Config config) {
    Keys.only(at, config, Set.of("deployment", "share", "evaluator"));
    double share = Keys.or(config, "share", config::getDouble, 0.01);
    Keys.check(share > 0 && share <= 1, at + ".share", share, "more than 0.0, up to 1.0");
    Evaluator evaluator =
        config.hasPath("evaluator")
            ? Evaluator.from(at + ".evaluator", config.getConfig("evaluator"))
            : Evaluator.NONE;
    return new Shadow(config.getString("deployment"), share, evaluator);
  }

  /** Whether a request with such metadata may be sent to one. */
  public static boolean mayHave(Map<String, String> metadata) {
    return metadata.getOrDefault(WISH, "on").equals("on");
  }
}
