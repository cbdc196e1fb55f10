package dev.weir.orchestrator.user;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weir.cluster.serialization.Persisted;
import dev.weir.orchestrator.user.LedgerEvent.BlockGranted;
import dev.weir.orchestrator.user.LedgerEvent.BlockReturned;
import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import dev.weir.orchestrator.user.Posting.Posted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The account of one user as the journal tells it: for each meter's current window,
 *
 * <pre>budget ≥ spent + held by all blocks</pre>
 *
 * holds after every event but for the overrun of settlements. Time never goes back, and windows
 * that have ended are forgotten. Immutable; {@link #decide} says what a posting leads to, {@link
 * #apply} is the only change.
 *
 * @param at the latest time told by an event
 * @param current the block last granted from
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonTypeName("ledger-books")
public record Books(
    Instant at, Amounts spent, Amounts overrun, String current, Map<String, Block> blocks)
    implements Persisted {

  static final Books EMPTY = new Books(Instant.EPOCH, Amounts.ZERO, Amounts.ZERO, "", Map.of());

  /** A block that holds nothing is remembered this long, for settlements that are told again. */
  private static final Duration MEMORY = Duration.ofDays(1);

  public Books {
    blocks = Map.copyOf(blocks);
  }

  /** The events of {@code posting}: none for what has been told before. */
  List<LedgerEvent> decide(Posting posting) {
    List<LedgerEvent> events = new ArrayList<>();
    Books books = at(posting.at());
    List<Settlement> fresh = books.fresh(posting.settlements());
    if (!fresh.isEmpty()) {
      events.add(new SettlementsRecorded(books.at, fresh));
      books = books.apply(events.getLast());
    }
    if (!books.moved(posting)) {
      Amounts grant = books.grant(posting);
      Amounts back = posting.handBack().still(posting.at(), books.at);
      if (!back.none()) {
        events.add(new BlockReturned(books.at, posting.block(), posting.number(), back));
      } else if (!grant.none()) {
        events.add(new BlockGranted(books.at, posting.block(), posting.number(), grant));
      }
    }
    return events;
  }

  /** What is told to the user when the events of {@code posting} are stored. */
  Posted answer(Posting posting) {
    Books books = at(posting.at());
    Block block = books.block(posting.block());
    Amounts granted = books.moved(posting) ? block.granted() : Amounts.ZERO;
    return new Posted(
        posting.number(), books.at, granted, books.spent, books.held(), books.overrun);
  }

  Books apply(LedgerEvent event) {
    Books books = at(event.at());
    return switch (event) {
      case BlockGranted(Instant when, String id, long posting, Amounts amounts) ->
          books.with(id, id, block -> block.granted(posting, amounts, when));
      case BlockReturned(Instant when, String id, long posting, Amounts amounts) ->
          books.with(id, current, block -> block.returned(posting, amounts, when));
      case SettlementsRecorded(Instant when, List<Settlement> settlements) -> {
        for (Settlement settlement : settlements) {
          books = books.settle(settlement);
        }
        yield books;
      }
    };
  }

  /** What all blocks hold. */
  Amounts held() {
    return blocks.values().stream().map(Block::held).reduce(Amounts.ZERO, Amounts::plus);
  }

  private Amounts grant(Posting posting) {
    Amounts left = posting.most().minus(spent).minus(held()).positive();
    Amounts grant = posting.want().min(left);
    return grant.covers(posting.need()) ? grant : Amounts.ZERO;
  }

  private List<Settlement> fresh(List<Settlement> settlements) {
    List<Settlement> fresh = new ArrayList<>();
    Books books = this;
    for (Settlement settlement : settlements) {
      if (books.counts(settlement)) {
        fresh.add(settlement);
        books = books.settle(settlement);
      }
    }
    return fresh;
  }

  /**
   * A block that is not known and from which something was taken has been forgotten: all its
   * reservations were settled, or their windows have ended.
   */
  private boolean counts(Settlement settlement) {
    Block block = blocks.get(settlement.ticket().block());
    return block == null
        ? settlement.held().none()
        : !block.settled().contains(settlement.ticket().number());
  }

  private Books settle(Settlement settlement) {
    Books books =
        with(settlement.ticket().block(), current, block -> block.settled(settlement, at));
    return new Books(
        at,
        spent.plus(settlement.charged().still(settlement.at(), at)),
        overrun.plus(settlement.overrun().still(settlement.at(), at)),
        books.current,
        books.blocks);
  }

  private boolean moved(Posting posting) {
    return block(posting.block()).posting() >= posting.number();
  }

  private Block block(String id) {
    Block block = blocks.get(id);
    return block == null ? Block.opened(at) : block;
  }

  private Books with(String id, String newCurrent, UnaryOperator<Block> change) {
    Map<String, Block> changed = new HashMap<>(blocks);
    changed.put(id, change.apply(block(id)));
    return new Books(at, spent, overrun, newCurrent, changed);
  }

  /** These books at {@code now}, or as they are if that has passed. */
  private Books at(Instant now) {
    if (!now.isAfter(at)) {
      return this;
    }
    if (Span.MINUTE.same(at, now)) {
      return new Books(now, spent, overrun, current, blocks);
    }
    Map<String, Block> kept = new HashMap<>();
    blocks.forEach(
        (id, block) -> {
          Block rolled = block.at(at, now);
          boolean recent = rolled.touched().plus(MEMORY).isAfter(now);
          if (recent || id.equals(current) || !rolled.held().none()) {
            kept.put(id, rolled);
          }
        });
    return new Books(now, spent.still(at, now), overrun.still(at, now), current, kept);
  }
}
