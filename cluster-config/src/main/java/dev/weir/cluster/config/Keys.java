package dev.weir.cluster.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Small readers over HOCON that fail with the key's name. */
public final class Keys {

  private Keys() {}

  /** Requires a condition of the value at {@code key}; the message names key, value and remedy. */
  public static void check(boolean holds, String key, Object value, String remedy) {
    if (!holds) {
      throw refusal(key, value, remedy);
    }
  }

  /** What to throw for the value at {@code key}; the message names key, value and remedy. */
  public static ConfigException refusal(String key, Object value, String remedy) {
    return new ConfigException.Generic(key + " = " + value + ": " + remedy);
  }

  /** Reads every object below {@code path} with {@code read}, keyed by its name. */
  public static <T> Map<String, T> named(Config config, String path, Function<Config, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    if (config.hasPath(path)) {
      for (String name : config.getObject(path).keySet()) {
        String key = path + "." + ConfigUtil.quoteString(name);
        check(
            config.getValue(key).valueType() == ConfigValueType.OBJECT,
            key,
            config.getValue(key).render(),
            "expected an object { … }");
        result.put(name, read.apply(config.getConfig(key)));
      }
    }
    return result;
  }

  /** The value at {@code key}, or {@code fallback} where it is absent. */
  public static <T> T or(Config config, String key, Function<String, T> read, T fallback) {
    return config.hasPath(key) ? read.apply(key) : fallback;
  }
}
