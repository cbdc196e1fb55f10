package dev.weir.inference.limit;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which version of an owner's books is safe: a majority of the nodes holds it, and a majority of
 * those that were to hold the last safe one and are still there. One version at a time is on its
 * way. Not thread safe.
 */
final class Copies {

  private final Term term;
  private final @Nullable Snapshot parent;
  private final Set<String> written = new HashSet<>();
  private List<String> base;
  private @Nullable Snapshot underWay;
  private long version;
  private long safe;

  /**
   * No version yet.
   *
   * @param parent the books that this owner began with
   * @param nodes who there is to begin with
   */
  Copies(Term term, @Nullable Snapshot parent, Collection<String> nodes) {
    this.term = term;
    this.parent = parent;
    this.base = parent == null ? List.copyOf(nodes) : parent.nodes();
  }

  boolean isIdle() {
    return underWay == null;
  }

  /** The version that now goes out. */
  Snapshot begin(Set<String> nodes, Grants grants, long now) {
    List<String> holders = List.copyOf(new TreeSet<>(nodes));
    version++;
    written.clear();
    underWay =
        new Snapshot(
            term,
            version,
            parent == null ? Term.NONE : parent.term(),
            parent == null ? 0 : parent.version(),
            holders,
            base,
            grants.pause(now),
            grants.ledger().dated(now),
            grants.ledger().held());
    return underWay;
  }

  /** A node holds that version; returns whether it is now safe. */
  boolean written(String node, long copied, Set<String> nodes) {
    Snapshot snapshot = underWay;
    if (snapshot == null || copied != version) {
      return false;
    }
    written.add(node);
    return settle(snapshot, nodes);
  }

  /** Nodes may have gone that others waited for. */
  boolean reconsider(Set<String> nodes) {
    Snapshot snapshot = underWay;
    return snapshot != null && settle(snapshot, nodes);
  }

  private boolean settle(Snapshot snapshot, Set<String> nodes) {
    if (written.isEmpty() || !isMost(snapshot.nodes(), nodes) || !isMost(snapshot.base(), nodes)) {
      return false;
    }
    safe = snapshot.version();
    base = snapshot.nodes();
    underWay = null;
    return true;
  }

  /** Those that are gone cannot be read by the next owner, nor tell it that they were not. */
  private boolean isMost(Collection<String> holders, Set<String> present) {
    List<String> left = holders.stream().filter(present::contains).toList();
    return left.isEmpty() || left.stream().filter(written::contains).count() > left.size() / 2;
  }

  /** Nodes that have not said that they hold what goes out. */
  Set<String> missing() {
    Snapshot snapshot = underWay;
    Set<String> missing = new HashSet<>(snapshot == null ? List.of() : snapshot.nodes());
    missing.removeAll(written);
    return missing;
  }

  @Nullable Snapshot underWay() {
    return underWay;
  }

  long safe() {
    return safe;
  }

  long version() {
    return version;
  }
}
