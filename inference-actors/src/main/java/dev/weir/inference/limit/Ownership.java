package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One limit's owner: it alone grants permits, and says nothing to a member that is not safe in a
 * majority of the copies first. So the next owner knows of everything that may be outstanding, and
 * one that has been replaced unawares can grant nothing more.
 *
 * <p>Taking over → Owning once {@link Takeover} has decided; Owning → Taking over when a copy turns
 * out to be promised to a later term. Not thread safe; every message may be lost, and nothing
 * depends on its time but how soon.
 */
public final class Ownership {

  /** After which time without an answer a copy is asked again. */
  private static final long AGAIN = 200_000_000L;

  /** Where an owner's messages go. */
  public interface Outbox {

    /** Asks a node's copy to promise itself to a term and to tell what it holds. */
    void claim(String node, Term term);

    /** Gives a node's copy the books. */
    void write(String node, Snapshot snapshot);

    /** Tells a member. */
    void answer(Answer answer);
  }

  private record Owed(long version, Answer answer) {}

  /** What it is while it owns. */
  private record Office(Grants grants, Copies copies) {}

  private final String self;
  private final Outbox outbox;
  private final LongSupplier nanos;
  private final Map<Member, Demand> early = new HashMap<>();
  private final List<Owed> owed = new ArrayList<>();
  private SortedSet<String> nodes = new TreeSet<>();
  private Limit limit;
  private Term term;
  private Takeover takeover;
  private @Nullable Office office;
  private boolean dirty;
  private long asked;

  /**
   * An owner that knows nothing yet.
   *
   * @param self names this owner, and no other that ever was
   */
  public Ownership(Limit limit, String self, Outbox outbox, LongSupplier nanos) {
    this.limit = limit;
    this.self = self;
    this.outbox = outbox;
    this.nanos = nanos;
    this.term = Term.NONE.next(self);
    this.takeover = new Takeover(limit, nanos.getAsLong());
  }

  /**
   * Which nodes there are, those that cannot be reached for now included. They are asked in order,
   * so that a simulation of one seed is always the same.
   */
  public void nodes(Set<String> present) {
    nodes = new TreeSet<>(present);
    Office now = office;
    if (now == null) {
      claim();
      return;
    }
    now.grants().lose(nodes, nanos.getAsLong());
    now.copies().reconsider(nodes);
    dirty = true;
    work(now);
  }

  private void claim() {
    asked = nanos.getAsLong();
    nodes.stream()
        .filter(node -> !takeover.hasRead(node))
        .forEach(node -> outbox.claim(node, term));
    decide();
  }

  /** A copy's answer to a claim. */
  public void read(String node, Term promised, @Nullable Snapshot copy, long quiet) {
    if (promised.isAfter(term)) {
      begin(promised.next(self));
    } else if (promised.equals(term) && office == null) {
      takeover.read(node, copy, quiet);
      decide();
    }
  }

  private void begin(Term next) {
    term = next;
    takeover = new Takeover(limit, nanos.getAsLong());
    office = null;
    owed.clear();
    claim();
  }

  private void decide() {
    long now = nanos.getAsLong();
    takeover.decide(nodes, now).ifPresent(grants -> own(grants, takeover.last(), now));
  }

  private void own(Grants grants, @Nullable Snapshot parent, long now) {
    Office begun = new Office(grants, new Copies(term, parent, nodes));
    office = begun;
    dirty = true;
    early.values().forEach(demand -> note(begun, demand, now));
    early.clear();
    work(begun);
  }

  /** A member's demand. */
  public void demand(Demand demand) {
    limit = demand.limit();
    Office now = office;
    if (now == null) {
      early.merge(demand.member(), demand, (a, b) -> a.number() > b.number() ? a : b);
    } else {
      note(now, demand, nanos.getAsLong());
      work(now);
    }
  }

  private void note(Office now, Demand demand, long at) {
    List<Use> again = new ArrayList<>();
    if (now.grants().note(demand, at, again)) {
      dirty |= now.grants().changed();
      owe(now, demand.member(), again);
    }
  }

  private void owe(Office now, Member member, List<Use> granted) {
    long version = dirty ? now.copies().version() + 1 : now.copies().version();
    owed.add(new Owed(version, new Answer(member, now.grants().noted(member), granted)));
  }

  /** A copy's answer to a write. */
  public void written(String node, Term promised, long version) {
    Office now = office;
    if (promised.isAfter(term)) {
      begin(promised.next(self));
    } else if (now != null && promised.equals(term)) {
      if (now.copies().written(node, version, nodes)) {
        work(now);
      }
    }
  }

  /** Time has passed. */
  public void tick() {
    long time = nanos.getAsLong();
    boolean again = time - asked >= AGAIN;
    Office now = office;
    if (now == null) {
      if (again) {
        claim();
      }
      return;
    }
    now.grants().lose(nodes, time);
    Snapshot late = now.copies().underWay();
    if (late != null && again) {
      asked = time;
      now.copies().missing().forEach(node -> outbox.write(node, late));
    }
    work(now);
  }

  private void work(Office now) {
    grant(now);
    if (dirty && now.copies().isIdle() && !nodes.isEmpty()) {
      dirty = false;
      asked = nanos.getAsLong();
      Snapshot next = now.copies().begin(nodes, now.grants(), asked);
      next.nodes().forEach(node -> outbox.write(node, next));
    }
    List<Owed> safe = owed.stream().filter(o -> o.version() <= now.copies().safe()).toList();
    owed.removeAll(safe);
    safe.forEach(o -> outbox.answer(o.answer()));
  }

  private void grant(Office now) {
    Map<Member, List<Use>> granted = now.grants().grant(nanos.getAsLong());
    dirty |= now.grants().changed();
    granted.forEach((member, permits) -> owe(now, member, permits));
  }

  /** How many requests count against the limit now. */
  public long requests() {
    return office == null ? 0 : office.grants().ledger().requests();
  }

  /** How many tokens do. */
  public long tokens() {
    return office == null ? 0 : office.grants().ledger().tokens();
  }

  /** The limit as the nodes have it. */
  public Limit limit() {
    return office == null ? limit : office.grants().limit();
  }
}
