package dev.weir.cluster.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

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

  /**
   * Reads every object below {@code path} with {@code read}, keyed by its name. One that is null is
   * not there.
   */
  public static <T> Map<String, T> named(Config config, String path, Function<Config, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    if (config.hasPath(path)) {
      for (String name : config.getObject(path).keySet()) {
        if (config.getObject(path).get(name).valueType() == ConfigValueType.NULL) {
          continue;
        }
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

  /** Refuses a key of the object at {@code at} that is none of {@code known}. */
  public static void only(String at, Config object, Set<String> known) {
    object
        .root()
        .forEach(
            (key, value) ->
                check(
                    known.contains(key),
                    at + "." + ConfigUtil.joinPath(key),
                    value.render(ConfigRenderOptions.concise()),
                    "no such key; known: " + new TreeSet<>(known)));
  }

  /** Reads what is at {@code at}; a value of the wrong type is told with that name, too. */
  public static <T> T within(String at, Supplier<T> read) {
    try {
      return read.get();
    } catch (ConfigException.Missing | ConfigException.WrongType | ConfigException.BadValue wrong) {
      throw new ConfigException.Generic(at + ": " + wrong.getMessage(), wrong);
    }
  }

  /** A list, or one string with commas as an environment variable gives it. */
  public static List<String> list(Config config, String key) {
    if (config.getValue(key).valueType() == ConfigValueType.LIST) {
      return config.getStringList(key);
    }
    return Arrays.stream(config.getString(key).split(",", -1))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  /** The texts below {@code key}, whose whole name is {@code at}, by their own keys. */
  public static Map<String, String> texts(Config config, String key, String at) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (config.hasPath(key)) {
      config
          .getObject(key)
          .forEach(
              (name, value) -> {
                boolean text = !(value instanceof ConfigObject) && !(value instanceof ConfigList);
                check(text, at + "." + name, value.render(), "write a text or a number");
                texts.put(name, String.valueOf(value.unwrapped()));
              });
    }
    return texts;
  }

  /** The value at {@code key}, or {@code fallback} where it is absent. */
  public static <T> T or(Config config, String key, Function<String, T> read, T fallback) {
    return config.hasPath(key) ? read.apply(key) : fallback;
  }
}
