package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.user.Admission.Granted;
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
import org.jspecify.annotations.Nullable;

/**
 * One user, its ledger and journal, its clients, and a network that loses, repeats and reorders:
 * all driven by one seed. After every step the {@link BudgetEvidence} is judged.
 */
final class BudgetWorld {

  private static final List<Instant> STARTS =
      List.of(
          Instant.parse("2026-03-10T10:00:05Z"),
          Instant.parse("2026-03-31T23:58:30Z"),
          Instant.parse("2026-03-10T23:59:10Z"));

  final Random random;
  final BudgetEvidence evidence;
  private final Limits limits;
  private final boolean hostile;
  private final boolean timeFlies;
  private final List<Runnable> network = new ArrayList<>();
  private final Map<Key, BudgetClient> clients = new LinkedHashMap<>();

  // The node: lost with a crash.
  private Account account;
  private Instant clock;
  private final Deque<Posting> toLedger = new ArrayDeque<>();
  private final Deque<Posted> toUser = new ArrayDeque<>();
  private @Nullable Posting writing;
  private List<LedgerEvent> inFlight = List.of();
  private final Map<Ticket, List<Key>> acks = new HashMap<>();
  private final Set<BudgetClient> watched = new HashSet<>();

  int crashes;
  int moves;
  int granted;
  int refused;

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
    this.evidence = new BudgetEvidence(limits);
    this.account = start();
  }

  private long limit(long least, long most) {
    return random.nextInt(4) == 0 ? Limits.UNLIMITED : random.nextLong(least, most);
  }

  /** One thing happens. */
  void step() {
    switch (random.nextInt(15)) {
      case 0, 1 -> arrive();
      case 2, 3, 4, 5 -> deliver();
      case 6, 7 -> ledgerStep();
      case 8 -> hearLedger();
      case 9 -> anyClient().ifPresent(BudgetClient::finish);
      case 10 -> anyClient().ifPresent(BudgetClient::tell);
      case 11 -> passTime();
      case 12, 13 -> trouble();
      default -> hearLedger();
    }
    evidence.check();
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
      clients.values().forEach(BudgetClient::finish);
      clients.values().forEach(BudgetClient::tell);
      drain();
    }
    clients.values().forEach(this::die);
    drain();
    assertThat(account.isIdle()).as("nothing is left open or waiting").isTrue();
    account.close();
    tellLedger();
    drain();
    evidence.check();
  }

  private void drain() {
    while (!network.isEmpty() || writing != null || !toLedger.isEmpty() || !toUser.isEmpty()) {
      while (!network.isEmpty()) {
        network.remove(random.nextInt(network.size())).run();
      }
      ledgerStep();
      hearLedger();
      evidence.check();
    }
  }

  private void arrive() {
    BudgetClient client = new BudgetClient(this, new Key("resp_" + clients.size(), "generate", 1));
    clients.put(client.key, client);
    client.tell();
  }

  private Optional<BudgetClient> anyClient() {
    List<BudgetClient> alive = clients.values().stream().filter(BudgetClient::isBusy).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  void send(Runnable message) {
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

  void onReserve(BudgetClient client) {
    watched.add(client);
    evidence.asked(client.demand);
    account.reserve(client.key, client.demand, clock).ifPresent(this::answer);
    if (client.isDead()) {
      account.lose(client.key, clock);
    }
    tellLedger();
  }

  void onSettle(BudgetClient client, @Nullable Reservation reservation, Charge charge) {
    Optional<Ticket> ticket = account.settle(client.key, reservation, charge, clock);
    if (ticket.isPresent() && reservation != null) {
      acks.computeIfAbsent(ticket.get(), t -> new ArrayList<>()).add(client.key);
    } else {
      send(() -> client.acknowledged(charge, reservation));
    }
    tellLedger();
  }

  void onEndRun(BudgetClient client) {
    account.endRun(client.key.responseId(), clock);
    tellLedger();
  }

  private void answer(Admission admission) {
    if (admission instanceof Granted answer) {
      granted += evidence.issued(answer.reservation()) ? 1 : 0;
    } else {
      refused++;
    }
    BudgetClient client = clients.get(admission.key());
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
        clients.get(key).recorded(ticket);
      }
      acks.remove(ticket);
    }
    tellLedger();
  }

  private void tellLedger() {
    account.next(clock, false).ifPresent(toLedger::add);
  }

  private void die(BudgetClient client) {
    if (client.dies() && watched.contains(client)) {
      account.lose(client.key, clock);
      account.leaveRun(client.key.responseId());
      tellLedger();
    }
  }

  // The ledger, as its actor runs it.

  private void ledgerStep() {
    if (writing != null) {
      store();
      toUser.add(evidence.journal().answer(writing));
      writing = null;
    } else if (!toLedger.isEmpty()) {
      Posting posting = toLedger.remove();
      inFlight = evidence.journal().decide(posting);
      if (inFlight.isEmpty()) {
        toUser.add(evidence.journal().answer(posting));
      } else {
        writing = posting;
      }
    }
  }

  private void store() {
    inFlight.forEach(evidence::store);
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
      evidence.check();
    }
    Amounts idle = evidence.idle("block-" + crashes + "-" + moves);
    assertThat(idle.still(evidence.journal().at(), account.balance().at()))
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

  /** What is held in windows not yet over, although all that can settle has settled. */
  Amounts stuck() {
    return evidence.journal().held().still(evidence.journal().at(), account.balance().at());
  }

  /**
   * A crash wastes a block. So may a graceful stop just after a window's end, if the clock of the
   * next node is still before it: what belongs to an ended window is not handed back.
   */
  int blocksLost() {
    return timeFlies ? crashes + moves : crashes;
  }
}
