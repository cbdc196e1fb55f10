package dev.weir.inference.catalog;

import dev.weir.cluster.config.Keys;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a deployment can be asked for: the words of its {@code serves}. */
public enum Capability {
  /** Answers. */
  CHAT,
  /** Vectors. */
  EMBEDDINGS;

  /**
   * What {@code deployment} says it serves; {@code chat} unless told.
   *
   * @throws com.typesafe.config.ConfigException naming the key, when it is none of the words
   */
  public static Set<Capability> of(Deployment deployment) {
    List<String> words =
        Keys.or(
            deployment.options(), "serves", deployment.options()::getStringList, List.of("chat"));
    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (String word : words) {
      Keys.check(
          word.equals("chat") || word.equals("embeddings"),
          deployment.key("serves"),
          words,
          "a list of chat, embeddings");
      capabilities.add(valueOf(word.toUpperCase(Locale.ROOT)));
    }
    Keys.check(
        !capabilities.isEmpty(), deployment.key("serves"), words, "a list of chat, embeddings");
    return capabilities;
  }

  /** Whether every deployment behind {@code model} serves this; false where there is no such. */
  public boolean isServedBy(Model model, Catalog catalog) {
    return model.routes().stream()
        .map(route -> catalog.deployment(route.deployment()))
        .allMatch(deployment -> deployment.filter(d -> of(d).contains(this)).isPresent());
  }
}
