package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import dev.weir.orchestrator.user.Posting.Posted;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One user, its ledger and journal, its clients, and a network that loses, repeats and reorders:
 * all driven by one seed. The invariants are judged by what was issued and what the journal holds,
 * never by what the user believes.
 */
final class BudgetWorld {

  private static final List<Instant> STARTS =
      List.of(
          Instant.parse("2026-03-10T10:00:05Z"),
          Instant.parse("2026-03-31T23:58:30Z"),
          Instant.parse("2026-03-10T23:59:10Z"));

  final Random random;
  final Limits limits;
  final boolean hostile;
  private final boolean timeFlies;
  private final List<Runnable> network = new ArrayList<>();
  private final Map<Key, Client> clients = new LinkedHashMap<>();

  // What is durable, and what was ever issued.
  private Books journal = Books.EMPTY;
  private final Map<Ticket, Settlement> recorded = new HashMap<>();
  private final Map<Ticket, Reservation> issued = new LinkedHashMap<>();
  private Amounts largest = Amounts.ZERO;

  // The node: lost with a crash.
  private Account account;
  private Instant clock;
  private final Deque<Posting> toLedger = new ArrayDeque<>();
  private final Deque<Posted> toUser = new ArrayDeque<>();
  private @Nullable Posting writing;
  private List<LedgerEvent> inFlight = List.of();
  private final Map<Ticket, List<Key>> acks = new HashMap<>();
  private final Set<Client> watched = new HashSet<>();

  int crashes;
  int moves;
  int granted;
  int refused;
  int overruns;
  int lost;

  BudgetWorld(long seed, boolean hostile, boolean timeFlies) {
    this.random = new Random(seed);
    this.hostile = hostile;
    this.timeFlies = timeFlies;
    this.clock = STARTS.get(timeFlies ? random.nextInt(STARTS.size()) : 0);
    this.limits =
        new Limits(
            random.nextInt(3) == 0 ? 1 + random.nextInt(20) : Limits.UNLIMITED,
            new Amounts(
                limit(5, 80), limit(500, 15_000), limit(1000, 40_000), limit(300_000, 15_000_000)));
    this.account = start();
  }

  private long limit(long least, long most) {
    return random.nextInt(4) == 0 ? Limits.UNLIMITED : random.nextLong(least, most);
  }

  /** A client: one attempt of one response. */
  private final class Client {
    final Key key = new Key("resp_" + clients.size(), "generate", 1);
    final Demand demand;
    final boolean startsRun = random.nextBoolean();
    boolean asking = true;
    boolean dead;
    @Nullable Reservation reservation;
    @Nullable Ticket ticket;
    @Nullable Charge charge;

    Client() {
      long output = random.nextLong(1, 401);
      demand =
          new Demand(
              random.nextInt(200),
              output,
              random.nextBoolean() ? 1 : output,
              new Price(150_000_000, 600_000_000, 30_000_000));
    }

    void tell() {
      if (dead) {
        return;
      }
      if (asking) {
        send(() -> onReserve(this));
      } else if (charge != null) {
        Reservation ours = reservation;
        Charge told = charge;
        send(() -> onSettle(this, ours, told, true));
      }
    }

    void hear(Admission admission) {
      if (dead) {
        return;
      }
      if (admission instanceof Granted late && !asking) {
        // An answer that was not waited for any more goes back unused.
        if (!late.reservation().ticket().equals(ticket)) {
          send(() -> onSettle(this, late.reservation(), new Charge.Nothing(), false));
        }
      } else if (asking) {
        asking = false;
        if (admission instanceof Granted answer) {
          reservation = answer.reservation();
          ticket = reservation.ticket();
        }
      }
    }

    void finish() {
      if (dead || charge != null) {
        return;
      }
      if (asking) {
        asking = false;
        charge = new Charge.Nothing();
      } else if (reservation != null) {
        charge = anyCharge(reservation);
      }
      tell();
    }

    private Charge anyCharge(Reservation ours) {
      return switch (random.nextInt(8)) {
        case 0 -> new Charge.Unknown();
        case 1 -> new Charge.Nothing();
        case 2 -> {
          long tokens = ours.reserved().tokensPerDay() + random.nextInt(300);
          yield new Charge.Used(new Usage(tokens, 0, 1, 0));
        }
        default -> {
          long tokens = ours.reserved().tokensPerDay();
          long input = random.nextLong(Math.min(tokens, demand.inputTokens()) + 1);
          yield new Charge.Used(
              new Usage(input, input / 2, random.nextLong(tokens - input + 1), 0));
        }
      };
    }

    void acknowledged(Charge told, @Nullable Reservation ours) {
      if (charge == null
          || reservation == null
          || !reservation.equals(ours)
          || !charge.equals(told)) {
        return;
      }
      Settlement durable = recorded.get(reservation.ticket());
      assertThat(durable).as("acknowledged means stored").isNotNull();
      assertThat(durable.charged()).isEqualTo(charge.on(reservation));
      charge = null;
      reservation = null;
    }
  }

  /** One thing happens. */
  void step() {
    switch (random.nextInt(15)) {
      case 0, 1 -> arrive();
      case 2, 3, 4, 5 -> deliver();
      case 6, 7 -> ledgerStep();
      case 8 -> hearLedger();
      case 9 -> anyClient().ifPresent(Client::finish);
      case 10 -> anyClient().ifPresent(Client::tell);
      case 11 -> passTime();
      case 12, 13 -> trouble();
      default -> hearLedger();
    }
    check();
  }

  private void trouble() {
    if (!hostile) {
      return;
    }
    switch (random.nextInt(12)) {
      case 0 -> crash();
      case 1, 4 -> failWrite();
      case 5 -> handOff();
      case 2, 3 -> anyClient().ifPresent(this::die);
      default -> {
        if (!network.isEmpty()) {
          network.remove(random.nextInt(network.size()));
        }
      }
    }
  }

  /** Nothing goes wrong any more; everybody finishes, and the user stops gracefully. */
  void settleEverything() {
    for (int round = 0; round < 12; round++) {
      clients.values().forEach(Client::finish);
      clients.values().forEach(Client::tell);
      drain();
    }
    clients.values().forEach(this::die);
    drain();
    assertThat(account.isIdle()).as("nothing is left open or waiting").isTrue();
    account.close();
    tellLedger();
    drain();
    check();
  }

  private void drain() {
    while (!network.isEmpty() || writing != null || !toLedger.isEmpty() || !toUser.isEmpty()) {
      while (!network.isEmpty()) {
        network.remove(random.nextInt(network.size())).run();
      }
      ledgerStep();
      hearLedger();
      check();
    }
  }

  private void arrive() {
    Client client = new Client();
    clients.put(client.key, client);
    client.tell();
  }

  private Optional<Client> anyClient() {
    List<Client> alive =
        clients.values().stream()
            .filter(c -> !c.dead && (c.asking || c.reservation != null))
            .toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  private void send(Runnable message) {
    network.add(message);
    if (hostile && random.nextInt(5) == 0) {
      network.add(message);
    }
  }

  private void deliver() {
    if (!network.isEmpty()) {
      network.remove(random.nextInt(network.size())).run();
    }
  }

  private void passTime() {
    clock = clock.plusMillis(random.nextInt(timeFlies ? 20_000 : 50));
  }

  // The user, as its actor runs it.

  private Account start() {
    Account started = new Account("block-" + crashes + "-" + moves, clock);
    started.limits(limits);
    return started;
  }

  private void onReserve(Client client) {
    watched.add(client);
    largest = largest.max(limits.bounded(client.demand.worst()).min(limits.most()));
    account.reserve(client.key, client.demand, client.startsRun, clock).ifPresent(this::answer);
    if (client.dead) {
      account.lose(client.key, clock);
    }
    tellLedger();
  }

  private void onSettle(
      Client client, @Nullable Reservation reservation, Charge charge, boolean last) {
    Optional<Ticket> ticket = account.settle(client.key, reservation, charge, clock);
    if (ticket.isPresent() && reservation != null) {
      acks.computeIfAbsent(ticket.get(), t -> new ArrayList<>()).add(client.key);
    } else {
      send(() -> client.acknowledged(charge, reservation));
    }
    if (last) {
      account.endRun(client.key.responseId(), clock);
    }
    tellLedger();
  }

  private void answer(Admission admission) {
    if (admission instanceof Granted answer) {
      granted += issued.put(answer.reservation().ticket(), answer.reservation()) == null ? 1 : 0;
    } else {
      refused++;
    }
    Client client = clients.get(admission.key());
    send(() -> client.hear(admission));
  }

  private void hearLedger() {
    Posted posted = toUser.poll();
    if (posted == null) {
      return;
    }
    Account.Progress progress = account.posted(posted, clock);
    progress.admissions().forEach(this::answer);
    for (Ticket ticket : progress.recorded()) {
      for (Key key : acks.getOrDefault(ticket, List.of())) {
        Client client = clients.get(key);
        Reservation ours = client.reservation;
        Charge told = client.charge;
        if (ours != null && told != null && ours.ticket().equals(ticket)) {
          send(() -> client.acknowledged(told, ours));
        }
      }
      acks.remove(ticket);
    }
    tellLedger();
  }

  private void tellLedger() {
    account.next(clock, false).ifPresent(toLedger::add);
  }

  private void die(Client client) {
    if (!client.dead && client.charge == null) {
      client.dead = true;
      if (watched.contains(client)) {
        account.lose(client.key, clock);
        account.leaveRun(client.key.responseId());
        tellLedger();
      }
    }
  }

  // The ledger, as its actor runs it.

  private void ledgerStep() {
    if (writing != null) {
      store();
      toUser.add(journal.answer(writing));
      writing = null;
    } else if (!toLedger.isEmpty()) {
      Posting posting = toLedger.remove();
      inFlight = journal.decide(posting);
      if (inFlight.isEmpty()) {
        toUser.add(journal.answer(posting));
      } else {
        writing = posting;
      }
    }
  }

  private void store() {
    for (LedgerEvent event : inFlight) {
      journal = journal.apply(event);
      if (event instanceof SettlementsRecorded settlements) {
        for (Settlement settlement : settlements.settlements()) {
          Settlement before = recorded.put(settlement.ticket(), settlement);
          assertThat(before).as("a settlement counts once").isNull();
          overruns += settlement.overrun().none() ? 0 : 1;
          lost += settlement.outcome() == Settlement.Outcome.LOST ? 1 : 0;
        }
      }
    }
    inFlight = List.of();
  }

  /** The write fails, though perhaps it was stored; the ledger restarts, the user lives on. */
  private void failWrite() {
    if (writing != null && random.nextBoolean()) {
      store();
    }
    writing = null;
    inFlight = List.of();
    toLedger.clear();
    account.outstanding().ifPresent(toLedger::add);
  }

  /** kill -9 of the node, in the middle of whatever it does. Another clock may be behind. */
  private void crash() {
    failWrite();
    crashes++;
    restart();
  }

  /** The shard moves: the user stops gracefully, with reservations open. */
  private void handOff() {
    account.close();
    tellLedger();
    while (account.outstanding().isPresent()) {
      ledgerStep();
      hearLedger();
      check();
    }
    Amounts idle = idle("block-" + crashes + "-" + moves);
    assertThat(idle.still(journal.at(), account.balance().at()))
        .as("handed back, but for what belongs to ended windows")
        .isEqualTo(Amounts.ZERO);
    moves++;
    restart();
  }

  private void restart() {
    toLedger.clear();
    toUser.clear();
    acks.clear();
    watched.clear();
    clock = timeFlies ? clock.minusMillis(random.nextInt(40_000)) : clock;
    account = start();
  }

  // What must hold after every step.

  private void check() {
    Amounts spent = Amounts.ZERO;
    Amounts over = Amounts.ZERO;
    Amounts open = unsettled();
    for (Reservation reservation : issued.values()) {
      Settlement settlement = recorded.get(reservation.ticket());
      if (settlement != null) {
        spent = spent.plus(settlement.charged().still(reservation.at(), journal.at()));
        over = over.plus(settlement.overrun().still(reservation.at(), journal.at()));
      }
    }
    assertThat(limits.most().plus(limits.bounded(over)).covers(limits.bounded(spent.plus(open))))
        .as("reserved %s and charged %s within %s, over by %s", open, spent, limits, over)
        .isTrue();
    assertThat(journal.spent()).isEqualTo(spent);
    assertThat(journal.overrun()).isEqualTo(over);
    for (String block : journal.blocks().keySet()) {
      Amounts idle = idle(block);
      assertThat(idle.covers(Amounts.ZERO)).as("%s backs its reservations", block).isTrue();
      assertThat(blockAtMost().covers(idle))
          .as("%s has idle %s: more than one block", block, idle)
          .isTrue();
    }
    assertThat(issued.values())
        .filteredOn(one -> !recorded.containsKey(one.ticket()))
        .filteredOn(one -> !one.held().still(one.at(), journal.at()).none())
        .allMatch(one -> journal.blocks().containsKey(one.ticket().block()));
  }

  /** What is held in windows not yet over, although all that can settle has settled. */
  Amounts stuck() {
    return journal.held().still(journal.at(), account.balance().at());
  }

  /** What a block holds beyond its open reservations. */
  private Amounts idle(String id) {
    Block block = journal.blocks().get(id);
    Amounts held = block == null ? Amounts.ZERO : block.held();
    return held.minus(unsettled(reservation -> reservation.ticket().block().equals(id)));
  }

  /** What reservations hold that nobody will ever settle. */
  Amounts unsettled() {
    return unsettled(reservation -> true);
  }

  private Amounts unsettled(Predicate<Reservation> which) {
    return issued.values().stream()
        .filter(reservation -> !recorded.containsKey(reservation.ticket()))
        .filter(which)
        .map(reservation -> reservation.held().still(reservation.at(), journal.at()))
        .reduce(Amounts.ZERO, Amounts::plus);
  }

  /**
   * A crash wastes a block. So may a graceful stop just after a window's end, if the clock of the
   * next node is still before it: what belongs to an ended window is not handed back.
   */
  int blocksLost() {
    return timeFlies ? crashes + moves : crashes;
  }

  Amounts blockAtMost() {
    return limits.block().max(largest);
  }
}
