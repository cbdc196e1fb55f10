package dev.weir.gateway.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} names every key there is, with its default; one in parentheses is
 * said in words.
 */
class ConfigurationReferenceTest {

  private static final Pattern ROW =
      Pattern.compile("^\\| `(weir\\.[^`]+)` \\| (?:`([^`]*)`|(\\S[^|]*?)) \\|", Pattern.MULTILINE);

  /** Objects whose keys operators name, and whose own defaults are the same for every name. */
  private static final Pattern NAMED =
      Pattern.compile("weir\\.(deployments|models|upstreams|cluster\\.leases)\\.([^.]+)");

  private static final String ANY = "<name>";

  @Test
  void everyKeyIsThereWithItsDefault() throws IOException {
    Map<String, String> told = told();

    reference()
        .forEach(
            (key, value) -> {
              assertThat(told).as("docs/configuration.md").containsKey(key);
              if (!told.get(key).startsWith("(")) {
                assertThat(told.get(key)).as(key).isEqualTo(value);
              }
            });
  }

  @Test
  void noKeyIsThereThatDoesNotExist() throws IOException {
    Map<String, String> known = reference();

    assertThat(told().keySet())
        .filteredOn(key -> !key.contains(ANY))
        .allSatisfy(key -> assertThat(known).containsKey(key));
  }

  private static Map<String, String> told() throws IOException {
    Map<String, String> told = new TreeMap<>();
    ROW.matcher(Files.readString(Repository.file("docs/configuration.md")))
        .results()
        .forEach(row -> told.put(row.group(1), row.group(2) == null ? row.group(3) : row.group(2)));
    return told;
  }

  private static Map<String, String> reference() {
    Config weir =
        ConfigFactory.parseResources(
                ConfigurationReferenceTest.class.getClassLoader(), "reference.conf")
            .withOnlyPath("weir")
            .resolve(ConfigResolveOptions.noSystem());
    Map<String, String> keys = new TreeMap<>();
    collect("weir", weir.getObject("weir"), keys);
    return keys;
  }

  /** Keys with their values, an empty object too: it waits for what only operators know. */
  private static void collect(String path, ConfigObject object, Map<String, String> into) {
    object.forEach(
        (name, value) -> {
          String key = path + "." + ConfigUtil.quoteString(name).replace("\"", "");
          if (value instanceof ConfigObject inner && !inner.isEmpty()) {
            collect(key, inner, into);
          } else {
            into.put(NAMED.matcher(key).replaceFirst("weir.$1." + ANY), text(value));
          }
        });
  }

  private static String text(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "{}";
      case NUMBER -> value.atKey("it").getString("it");
      case STRING -> value.unwrapped().equals("") ? "\"\"" : (String) value.unwrapped();
      case LIST, BOOLEAN, NULL -> String.valueOf(value.unwrapped());
    };
  }
}
