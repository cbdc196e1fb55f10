package dev.weir.inference.catalog;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueFactory;
import dev.weir.cluster.config.Keys;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands for the variable of an {@code api-key} on this node: <code>${NAME}</code> must be
 * there, <code>${?NAME}</code> may be missing. A node that calls no upstream needs none of them.
 */
public final class Secrets {

  static final String KEY = "api-key";

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\??)([A-Za-z_][A-Za-z0-9_]*)}");

  /** For what is never sent. */
  private static final String UNKNOWN = "unknown-here";

  private final Function<String, Optional<String>> variables;
  private final boolean needed;

  /**
   * Looks variables up as they are needed.
   *
   * @param variables the values of this node's variables
   * @param needed whether this node calls upstreams
   */
  public Secrets(Function<String, Optional<String>> variables, boolean needed) {
    this.variables = variables;
    this.needed = needed;
  }

  static boolean isReference(String text) {
    return REFERENCE.matcher(text).matches();
  }

  /** The entry with its key itself; to be shown to nobody. */
  ConfigObject open(String at, ConfigObject entry) {
    String text = entry.get(KEY) == null ? "" : String.valueOf(entry.get(KEY).unwrapped());
    Matcher reference = REFERENCE.matcher(text);
    if (!reference.matches()) {
      return entry;
    }
    Optional<String> value = variables.apply(reference.group(2)).filter(known -> !known.isBlank());
    if (value.isPresent() || !needed) {
      return entry.withValue(KEY, ConfigValueFactory.fromAnyRef(value.orElse(UNKNOWN)));
    }
    Keys.check(
        !reference.group(1).isEmpty(),
        at + "." + KEY,
        text,
        "no such environment variable on this node; set it and start the node again");
    return entry.withoutKey(KEY);
  }
}
