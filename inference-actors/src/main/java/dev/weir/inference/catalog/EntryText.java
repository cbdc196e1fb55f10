package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.weir.cluster.config.Keys;
import java.util.regex.Pattern;

/**
 * Reads one deployment or model as operators send it: JSON or HOCON with the keys of the file. It
 * reads no other file, and takes no key but by the name of its variable.
 */
final class EntryText {

  private static final Pattern WITH_CREDENTIALS = Pattern.compile("[a-zA-Z]+://[^/]*@.*");

  private EntryText() {}

  /**
   * The entry, whose {@code api-key} is a text such as <code>${?NAME}</code>.
   *
   * @throws ConfigException when it is no such text
   */
  static ConfigObject read(String at, String text) {
    try {
      return checked(at, sealed(at, parse(at, text)));
    } catch (StackOverflowError deep) {
      throw Keys.refusal(at, "{ … }", "it is nested too deeply");
    }
  }

  private static Config parse(String at, String text) {
    try {
      return ConfigFactory.parseString(
          text,
          ConfigParseOptions.defaults()
              .setIncluder(new NoIncludes())
              .setOriginDescription("the body"));
    } catch (ConfigException.Parse | ConfigException.WrongType malformed) {
      throw new ConfigException.Generic(
          at + ": write an object in JSON or HOCON; " + malformed.getMessage());
    }
  }

  private static Config sealed(String at, Config entry) {
    ConfigValue key = entry.root().get(Secrets.KEY);
    if (key == null) {
      return entry;
    }
    String shown = key.render(ConfigRenderOptions.concise());
    String text = shown.replaceAll("^\"|\"$", "");
    Keys.check(
        Secrets.isReference(text) || text.isEmpty(),
        at + "." + Secrets.KEY,
        "…",
        "a key is not kept here; name the environment variable of the inference nodes that has it,"
            + " such as ${?LOCAL_KEY}");
    return entry.withValue(Secrets.KEY, ConfigValueFactory.fromAnyRef(text));
  }

  private static ConfigObject checked(String at, Config entry) {
    if (!entry.isResolved()) {
      throw new ConfigException.Generic(
          at + ": only api-key may name a variable; write the value itself");
    }
    ConfigValue url = entry.root().get("base-url");
    if (url != null && url.valueType() == ConfigValueType.STRING) {
      Keys.check(
          !WITH_CREDENTIALS.matcher((String) url.unwrapped()).matches(),
          at + ".base-url",
          "…",
          "leave credentials out of the URL; api-key names the variable that has them");
    }
    return entry.root();
  }
}
