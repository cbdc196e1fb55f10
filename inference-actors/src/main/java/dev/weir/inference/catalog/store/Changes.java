package dev.weir.inference.catalog.store;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Overlay;
import dev.weir.inference.catalog.Section;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Makes versions: a change is laid over the newest one, checked with the whole catalog, and kept
 * under the next number, or nothing changes. Of two who do so at once one is refused. Thread safe.
 */
public final class Changes {

  /** Whoever does not say which version the change is meant for. */
  public static final long ANY = -1;

  private static final int LONGEST_CONTENT = 1 << 20;
  private static final int LONGEST_NOTE = 500;

  private final CatalogStore store;
  private final CatalogView view;
  private final InstantSource clock;

  public Changes(CatalogStore store, CatalogView view, InstantSource clock) {
    this.store = store;
    this.view = view;
    this.clock = clock;
  }

  /**
   * What a change is made for.
   *
   * @param expected the version that must be the newest, or {@link #ANY}
   * @param note the operator's own words
   */
  public record Terms(long expected, String note) {}

  /** What to throw for an entry that is not there. */
  public static RuntimeException unknown(Section section, String name) {
    return new WeirError.NotFound(
            section.word() + "_not_found", "There is no " + section.word() + " '" + name + "'.")
        .asException();
  }

  /** What to throw for a version that is not kept. */
  public static RuntimeException unknown(long number) {
    return new WeirError.NotFound("version_not_found", "The catalog has no version " + number + ".")
        .asException();
  }

  /** Puts an entry in the place of whatever has the name. */
  public CompletionStage<CatalogStore.Kept> put(
      Section section, String name, String text, Terms terms) {
    return change(
        terms,
        "put " + section.word() + " " + name,
        changes -> {
          section.checkName(name);
          ConfigObject entry = view.entry(section, name, text);
          return changes.put(section, name, entry);
        });
  }

  /** Takes an entry out, be it changed or configured. */
  public CompletionStage<CatalogStore.Kept> remove(Section section, String name, Terms terms) {
    return change(
        terms,
        "deleted " + section.word() + " " + name,
        changes -> {
          Catalog now = view.read(changes);
          if (!now.has(section, name)) {
            throw unknown(section, name);
          }
          refuseInUse(section, name, now);
          return view.remove(changes, section, name);
        });
  }

  private static void refuseInUse(Section section, String name, Catalog now) {
    List<String> users = section == Section.DEPLOYMENTS ? now.usersOf(name) : List.of();
    if (!users.isEmpty()) {
      throw new WeirError.Conflict(
              "deployment_in_use",
              "The deployment '"
                  + name
                  + "' is used by the models "
                  + users
                  + ": route them elsewhere first.")
          .asException();
    }
  }

  /** Makes the changes of an earlier version those of a new one; 0 is the configuration alone. */
  public CompletionStage<CatalogStore.Kept> rollBack(long number, Terms terms) {
    CompletionStage<Optional<Overlay>> wanted =
        number == 0
            ? CompletableFuture.completedFuture(Optional.of(Overlay.NONE))
            : store.find(number).thenApply(kept -> kept.map(CatalogStore.Kept::changes));
    return wanted.thenCompose(
        found -> {
          Overlay changes = found.orElseThrow(() -> unknown(number));
          return change(terms, "rolled back to version " + number, now -> changes);
        });
  }

  private CompletionStage<CatalogStore.Kept> change(
      Terms terms, String summary, UnaryOperator<Overlay> change) {
    return store
        .current()
        .thenCompose(
            newest -> {
              long number = newest.map(kept -> kept.version().number()).orElse(0L);
              if (terms.expected() != ANY && terms.expected() != number) {
                throw changedMeanwhile(number);
              }
              Overlay before = newest.map(CatalogStore.Kept::changes).orElse(Overlay.NONE);
              Overlay after = checked(before, change);
              return append(
                  new CatalogStore.Kept(
                      new Version(
                          number + 1,
                          Instant.ofEpochMilli(clock.millis()),
                          summary,
                          note(terms.note())),
                      after));
            });
  }

  private static String note(String note) {
    String line = note.replaceAll("\\p{Cntrl}", " ").strip();
    return line.length() <= LONGEST_NOTE ? line : line.substring(0, LONGEST_NOTE);
  }

  private Overlay checked(Overlay before, UnaryOperator<Overlay> change) {
    try {
      Overlay after = change.apply(before);
      if (after.text().length() > LONGEST_CONTENT) {
        throw new WeirError.TooLarge(
                "catalog_too_large",
                "All changes together have at most " + LONGEST_CONTENT + " characters.")
            .asException();
      }
      view.read(after);
      return after;
    } catch (ConfigException wrong) {
      throw new WeirError.InvalidRequest("invalid_catalog", wrong.getMessage(), null).asException();
    }
  }

  private CompletionStage<CatalogStore.Kept> append(CatalogStore.Kept version) {
    return store
        .append(version)
        .thenApply(
            ours -> {
              if (!ours) {
                throw changedMeanwhile(version.version().number());
              }
              return version;
            });
  }

  private static RuntimeException changedMeanwhile(long newest) {
    return new WeirError.Conflict(
            "catalog_changed",
            "The catalog is at version " + newest + " meanwhile: look at it, then try again.")
        .asException();
  }
}
