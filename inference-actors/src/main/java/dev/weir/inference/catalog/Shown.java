package dev.weir.inference.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A deployment's options as operators may see them: of a key no more than its variable. */
public final class Shown {

  private static final String HIDDEN = "***";

  private Shown() {}

  /** All options with their values, defaults included. */
  public static Map<String, Object> of(Deployment deployment, Overlay changes) {
    Map<String, Object> options = new TreeMap<>(deployment.options().root().unwrapped());
    options.computeIfPresent(
        Secrets.KEY, (key, value) -> String.valueOf(value).isBlank() ? value : HIDDEN);
    reference(deployment, changes).ifPresent(text -> options.put(Secrets.KEY, text));
    options.computeIfPresent(
        "base-url",
        (key, value) -> String.valueOf(value).replaceFirst("//[^/]*@", "//" + HIDDEN + "@"));
    return options;
  }

  private static Optional<Object> reference(Deployment deployment, Overlay changes) {
    return changes
        .entry(Section.DEPLOYMENTS, deployment.name())
        .map(entry -> entry.get(Secrets.KEY))
        .map(value -> value.unwrapped());
  }
}
