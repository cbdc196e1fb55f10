package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The catalog as it stands on this node: the configuration with the operators' changes over it.
 * Whoever gets it gets one immutable catalog and asks again next time. Thread safe.
 */
public final class CatalogView implements Supplier<Catalog> {

  /**
   * How this node stands.
   *
   * @param version of the changes; 0 for the configuration alone
   * @param problem why a later version could not be followed
   */
  public record Standing(
      long version, Overlay changes, Catalog catalog, Optional<Problem> problem) {}

  /** A version that does not go with this node's configuration, and why. */
  public record Problem(long version, String message) {}

  /**
   * What is to be done with a catalog.
   *
   * @param check fails with a {@link ConfigException} when a deployment cannot be
   * @param adopted hears of each new catalog
   */
  public record Hooks(Consumer<List<Deployment>> check, Consumer<Catalog> adopted) {}

  private final Config weir;
  private final Secrets secrets;
  private final Hooks hooks;
  private final List<Runnable> awaitingKnowledge = new ArrayList<>();
  private volatile Standing standing;
  private volatile boolean known;

  /**
   * The configuration alone.
   *
   * @throws ConfigException when it is wrong, naming the key
   */
  public CatalogView(Config weir, Secrets secrets, Hooks hooks) {
    this.weir = weir;
    this.secrets = secrets;
    this.hooks = hooks;
    this.standing = new Standing(0, Overlay.NONE, Catalog.from(weir), Optional.empty());
  }

  @Override
  public Catalog get() {
    return standing.catalog();
  }

  public Standing standing() {
    return standing;
  }

  /**
   * The catalog that {@code changes} would make.
   *
   * @throws ConfigException when they cannot be, naming key, value and remedy
   */
  public Catalog read(Overlay changes) {
    Catalog catalog = Catalog.from(changes.over(weir, secrets));
    hooks
        .check()
        .accept(
            changes.names(Section.DEPLOYMENTS).stream()
                .map(catalog::deployment)
                .flatMap(Optional::stream)
                .toList());
    return catalog;
  }

  /**
   * Reads an entry as operators send it, JSON or HOCON with the keys of the file.
   *
   * @throws ConfigException when it is none, includes others, or holds a key
   */
  public ConfigObject entry(Section section, String name, String text) {
    return EntryText.read(section.at(name), text);
  }

  /** A model's entry as it is in force, with the keys of the file; it must be there. */
  public Config model(Standing now, String name) {
    return now.changes()
        .entry(Section.MODELS, name)
        .map(ConfigObject::toConfig)
        .orElseGet(() -> weir.getConfig(ConfigUtil.joinPath(Section.MODELS.path(), name)));
  }

  /** {@code changes} without an entry. */
  public Overlay remove(Overlay changes, Section section, String name) {
    return changes.remove(section, name, weir);
  }

  /**
   * Goes on with a later version; an earlier one means nothing. One that does not go with this
   * node's configuration changes nothing but the problem that is told.
   */
  public synchronized Standing follow(long version, Overlay changes) {
    if (version > standing.version()) {
      try {
        become(version, changes);
      } catch (ConfigException wrong) {
        standing =
            new Standing(
                standing.version(),
                standing.changes(),
                standing.catalog(),
                Optional.of(new Problem(version, wrong.getMessage())));
      }
    }
    know();
    return standing;
  }

  /**
   * Begins with a version.
   *
   * @throws ConfigException when it does not go with this node's configuration
   */
  public synchronized void begin(long version, Overlay changes) {
    become(version, changes);
    know();
  }

  private void become(long version, Overlay changes) {
    Catalog catalog = read(changes);
    standing = new Standing(version, changes, catalog, Optional.empty());
    hooks.adopted().accept(catalog);
  }

  /** What it has is what counts: from now on it is known. */
  public synchronized void know() {
    known = true;
    awaitingKnowledge.forEach(Runnable::run);
    awaitingKnowledge.clear();
  }

  /** Whether this node has heard which version counts. */
  public boolean isKnown() {
    return known;
  }

  /** Does something once it is known which version counts; at once if it is. */
  public synchronized void whenKnown(Runnable task) {
    if (known) {
      task.run();
    } else {
      awaitingKnowledge.add(task);
    }
  }
}
