package dev.weir.inference.catalog;

import com.typesafe.config.ConfigUtil;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.serialization.WireMessage;
import java.util.regex.Pattern;

/** The parts of the catalog that operators change. */
public enum Section implements WireMessage {
  DEPLOYMENTS("deployments", "deployment", "[A-Za-z0-9][A-Za-z0-9._:-]*"),
  MODELS("models", "model", "(?!pipeline/)[A-Za-z0-9][A-Za-z0-9._:/-]*");

  private static final int LONGEST = 100;

  private final String path;
  private final String word;
  private final Pattern names;

  Section(String path, String word, String names) {
    this.path = path;
    this.word = word;
    this.names = Pattern.compile(names);
  }

  /** Its key below {@code weir}. */
  public String path() {
    return path;
  }

  /** What one entry is called. */
  public String word() {
    return word;
  }

  /** The whole key of an entry, for messages. */
  public String at(String name) {
    return "weir." + path + "." + ConfigUtil.joinPath(name);
  }

  /** Refuses a name that no entry may have. */
  public void checkName(String name) {
    Keys.check(
        name.length() <= LONGEST && names.matcher(name).matches(),
        "weir." + path,
        name,
        "a name begins with a letter or a digit and has up to "
            + LONGEST
            + " letters, digits and . _ : -");
  }
}
