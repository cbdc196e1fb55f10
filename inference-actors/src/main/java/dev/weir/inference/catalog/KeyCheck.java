package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import dev.weir.cluster.config.Keys;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds keys that nobody reads: a key that is misspelt would be a limit that does not hold. */
final class KeyCheck {

  /** Keys of a deployment that have no default. */
  private static final Set<String> WITHOUT_DEFAULT =
      Set.of("upstream-model", "price", "requests-per-minute", "tokens-per-minute", "limit");

  private static final Map<String, Set<String>> WITHIN =
      Map.of("price", Set.of("input", "output", "cached-input"), "slots", Set.of("min", "max"));

  /** Objects whose keys are the operators' own. */
  private static final Set<String> FREE = Set.of("attributes");

  private KeyCheck() {}

  /**
   * The keys that no deployment has in general; its provider must know them. Below {@code price},
   * {@code queue} and the like every key must be known.
   */
  static Set<String> extras(String at, Config config, Config defaults) {
    Set<String> extras = new TreeSet<>();
    for (Map.Entry<String, ConfigValue> entry : config.root().entrySet()) {
      String key = entry.getKey();
      if (!WITHOUT_DEFAULT.contains(key) && !defaults.root().containsKey(key)) {
        extras.add(key);
      } else if (entry.getValue() instanceof ConfigObject inner && !FREE.contains(key)) {
        Keys.only(at + "." + key, inner.toConfig(), within(key, defaults));
      }
    }
    return extras;
  }

  private static Set<String> within(String key, Config defaults) {
    return defaults.root().get(key) instanceof ConfigObject known
        ? known.keySet()
        : WITHIN.getOrDefault(key, Set.of());
  }
}
