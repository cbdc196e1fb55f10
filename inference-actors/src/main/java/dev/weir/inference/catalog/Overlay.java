package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What operators changed over the configuration: whole deployments and models by name, or that one
 * is gone. Immutable. Its text is JSON; of a key it holds the variable's name, never the key.
 */
public final class Overlay {

  public static final Overlay NONE = new Overlay(ConfigFactory.empty().root());

  private static final ConfigValue GONE = ConfigValueFactory.fromAnyRef(null);

  private final ConfigObject root;

  private Overlay(ConfigObject root) {
    this.root = root;
  }

  /** Reads what {@link #text} wrote. */
  public static Overlay parse(String text) {
    return new Overlay(
        ConfigFactory.parseString(text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
            .root());
  }

  public String text() {
    return root.render(ConfigRenderOptions.concise());
  }

  /** This, with an entry that stands for whatever the configuration has under the name. */
  public Overlay put(Section section, String name, ConfigObject entry) {
    return with(section, entries(section).withValue(name, entry));
  }

  /**
   * This, without an entry.
   *
   * @param weir where an entry of that name would show again, were it not said that it is gone
   */
  public Overlay remove(Section section, String name, Config weir) {
    ConfigObject entries = entries(section);
    return with(
        section,
        weir.hasPath(path(section, name))
            ? entries.withValue(name, GONE)
            : entries.withoutKey(name));
  }

  private Overlay with(Section section, ConfigObject entries) {
    return new Overlay(root.withValue(section.path(), entries));
  }

  private ConfigObject entries(Section section) {
    return root.get(section.path()) instanceof ConfigObject known
        ? known
        : ConfigFactory.empty().root();
  }

  /** The names of what was changed or is gone. */
  public Set<String> names(Section section) {
    return new TreeSet<>(entries(section).keySet());
  }

  /** An entry as it was changed; nothing where it was not, or is gone. */
  public Optional<ConfigObject> entry(Section section, String name) {
    return entries(section).get(name) instanceof ConfigObject entry
        ? Optional.of(entry)
        : Optional.empty();
  }

  /** The configuration with these changes over it. */
  public Config over(Config weir, Secrets secrets) {
    Config changed = weir;
    for (Section section : Section.values()) {
      for (Map.Entry<String, ConfigValue> entry : entries(section).entrySet()) {
        String path = path(section, entry.getKey());
        changed = changed.withoutPath(path);
        if (entry.getValue().valueType() != ConfigValueType.NULL) {
          changed =
              changed.withValue(
                  path, secrets.open(section.at(entry.getKey()), (ConfigObject) entry.getValue()));
        }
      }
    }
    return changed;
  }

  private static String path(Section section, String name) {
    return ConfigUtil.joinPath(section.path(), name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Overlay overlay && overlay.root.equals(root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
