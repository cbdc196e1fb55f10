package dev.weir.gateway.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Configuration by environment variables: {@code WEIR_HTTP_PORT} sets {@code weir.http.port}. Every
 * key that has a value has a variable, upper-cased, with {@code _} for dots and dashes. Lists are
 * written with commas, or as HOCON in brackets.
 *
 * @param overrides what the variables set
 * @param warnings variables that set nothing, each with the nearest that would
 */
public record Environment(Config overrides, List<String> warnings) {

  /** Keys that have no default and so are in no configuration until somebody sets them. */
  private static final List<String> OPTIONAL =
      List.of("weir.cluster.tls.key", "weir.cluster.tls.certificate", "weir.cluster.tls.ca");

  /** The launcher's own variables. */
  private static final Set<String> OTHERS = Set.of("WEIR_JAVA_OPTS");

  /** What Kubernetes and Docker links tell of a service that happens to be called weir. */
  private static final Pattern SERVICE =
      Pattern.compile("WEIR_(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT_\\d+_(TCP|UDP)(_.*)?)");

  private static final Pattern LINK = Pattern.compile("(tcp|udp)://.*");

  public Environment {
    warnings = List.copyOf(warnings);
  }

  /** Reads {@code variables} against every key of {@code known}, a whole configuration. */
  public static Environment of(Config known, Map<String, String> variables) {
    Map<String, List<String>> paths = paths(known);
    Config overrides = ConfigFactory.empty();
    List<String> warnings = new ArrayList<>();
    for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
      String name = variable.getKey();
      if (!concerns(name, variable.getValue())) {
        continue;
      }
      if (!paths.containsKey(name)) {
        warnings.add(unknown(name, paths.keySet()));
      }
      for (String path : paths.getOrDefault(name, List.of())) {
        overrides = overrides.withValue(path, value(known, path, name, variable.getValue()));
      }
    }
    return new Environment(overrides, warnings);
  }

  /** The variable that sets the key at {@code path}. */
  public static String variable(String path) {
    return String.join("_", ConfigUtil.splitPath(path))
        .toUpperCase(Locale.ROOT)
        .replaceAll("[^A-Z0-9]", "_");
  }

  private static Map<String, List<String>> paths(Config known) {
    Map<String, List<String>> paths = new TreeMap<>();
    List<String> all = new ArrayList<>(OPTIONAL);
    known.getConfig("weir").entrySet().forEach(entry -> all.add("weir." + entry.getKey()));
    for (String path : all) {
      paths.computeIfAbsent(variable(path), name -> new ArrayList<>()).add(path);
    }
    return paths;
  }

  private static boolean concerns(String name, String value) {
    return name.startsWith("WEIR_")
        && !OTHERS.contains(name)
        && !SERVICE.matcher(name).matches()
        && !LINK.matcher(value).matches();
  }

  private static ConfigValue value(Config known, String path, String name, String text) {
    String origin = "environment variable " + name;
    if (!known.hasPath(path) || known.getValue(path).valueType() != ConfigValueType.LIST) {
      return ConfigValueFactory.fromAnyRef(text, origin);
    }
    if (text.strip().startsWith("[")) {
      ConfigList list = ConfigFactory.parseString("list = " + text).getList("list");
      return ConfigValueFactory.fromIterable(list.unwrapped(), origin);
    }
    List<String> elements =
        Arrays.stream(text.split(",", -1)).map(String::strip).filter(e -> !e.isEmpty()).toList();
    return ConfigValueFactory.fromIterable(elements, origin);
  }

  private static String unknown(String name, Set<String> known) {
    String nearest =
        known.stream().min(Comparator.comparingInt(other -> distance(name, other))).orElseThrow();
    return name + " matches no key of the configuration; the nearest is " + nearest + ".";
  }

  /** How many letters to change, add or drop (Wagner and Fischer 1974). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, at -> at);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
