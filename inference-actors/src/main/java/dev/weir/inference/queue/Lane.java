package dev.weir.inference.queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one workload: who was served least is next, after Sheng et al., "Fairness in Serving
 * Large Language Models" (OSDI 2024), algorithm 2, with its weights.
 *
 * <p>Each user has a counter of the tokens it was served, input when a call starts, output as it
 * comes. A user that had nothing waiting returns with a counter of no less than the least of those
 * who wait, or, when none does, than that of who was the last to: what was not asked for cannot be
 * made up. The order looks ahead, as the paper's variant with length prediction does: what running
 * calls are likely to produce counts for a user's turn, but never for its counter. Of users that
 * are about equal, who waits for less is next ({@link Candidate}).
 *
 * <p>The counter to which a user would be lifted never falls, so an idle user's that is no greater
 * means nothing and is forgotten; of the others at most {@value #MOST_IDLE} are kept.
 */
final class Lane<T> {

  /** The paper's weights of a token of input and of output. */
  static final double INPUT = 1;

  static final double OUTPUT = 2;

  static final int MOST_IDLE = 10_000;

  private static final double LEARNING = 0.1;

  /** How long an answer is taken to be before there was one. */
  private static final double GUESS = 256;

  private final Map<String, Account<T>> accounts = new HashMap<>();
  private final TreeSet<Account<T>> turns = new TreeSet<>(Account.BY_TURN);
  private final TreeSet<Account<T>> waiting = new TreeSet<>(Account.BY_SERVICE);
  private final TreeSet<Account<T>> idle = new TreeSet<>(Account.BY_SERVICE);
  private @Nullable Account<T> lastToWait;
  private long numbered;
  private int slots;
  private long ended;
  private double usualOutput = GUESS;

  Lane(int slots) {
    this.slots = slots;
  }

  /** Changes how many calls run at once. */
  void resize(int slots) {
    this.slots = slots;
    List.copyOf(turns).forEach(account -> change(account, () -> {}));
  }

  Place<T> add(T entry, Claim claim) {
    Account<T> account = account(claim.asker().user());
    if (account.waiting.isEmpty()) {
      account.lift(level());
    }
    Place<T> place = new Place<>(entry, claim, account);
    change(account, () -> account.waiting.add(place));
    return place;
  }

  /** The call whose turn it is; somebody must wait. */
  Place<T> next() {
    return Candidate.next(turns).waiting.getFirst();
  }

  /** Where a call would stand if it were added. */
  Guest<T> guest(Claim claim) {
    Account<T> known = accounts.get(claim.asker().user());
    Account<T> account = known == null ? new Account<>(claim.asker().user(), numbered) : known;
    Place<T> place = new Place<>(null, claim, account);
    return account.waiting.isEmpty()
        ? new Guest<>(place, account.due() + Math.max(0, level() - account.served()), leeway(place))
        : new Guest<>(place, account.due(), account.leeway());
  }

  /** The call whose turn it is, which now runs; somebody must wait. */
  Place<T> start() {
    Place<T> place = next();
    Account<T> account = place.account;
    change(
        account,
        () -> {
          account.waiting.remove(place);
          account.start(place, usualOutput());
        });
    forget();
    return place;
  }

  /** A call that runs has produced more. */
  void produce(Place<T> place, long tokens) {
    change(place.account, () -> place.account.produce(place, tokens));
  }

  /** A call has ended, or waits no more. */
  void remove(Place<T> place) {
    Account<T> account = place.account;
    if (place.isRunning()) {
      learn(place.produced());
      change(account, () -> account.end(place));
    } else {
      change(account, () -> account.waiting.remove(place));
    }
    if (account.isIdle()) {
      idle.add(account);
    }
    forget();
  }

  boolean isWaiting() {
    return !turns.isEmpty();
  }

  /** How long an answer is as a rule, of late. */
  long usualOutput() {
    return Math.round(usualOutput);
  }

  Iterable<Account<T>> accountsWaiting() {
    return turns;
  }

  /** How many users it remembers. */
  int users() {
    return accounts.size();
  }

  /** As much as the other slots hold, so that the paper's bound has room for it. */
  private double leeway(Place<T> place) {
    return (slots - 1) * place.likely(usualOutput());
  }

  private void learn(long output) {
    ended++;
    usualOutput += Math.max(LEARNING, 1.0 / ended) * (output - usualOutput);
  }

  private Account<T> account(String user) {
    Account<T> known = accounts.computeIfAbsent(user, name -> new Account<>(name, numbered++));
    idle.remove(known);
    return known;
  }

  /** A change that may move the account among those who wait, into them or out of them. */
  private void change(Account<T> account, Runnable change) {
    boolean waited = !account.waiting.isEmpty();
    if (waited) {
      turns.remove(account);
      waiting.remove(account);
    }
    change.run();
    if (!account.waiting.isEmpty()) {
      account.leeway(leeway(account.waiting.getFirst()));
      turns.add(account);
      waiting.add(account);
    } else if (waited) {
      lastToWait = account;
    }
  }

  /** The counter to which a user that returns is lifted. */
  private double level() {
    if (!waiting.isEmpty()) {
      return waiting.first().served();
    }
    return lastToWait == null ? 0 : lastToWait.served();
  }

  private void forget() {
    double level = level();
    while (!idle.isEmpty() && (idle.size() > MOST_IDLE || idle.first().served() <= level)) {
      accounts.remove(idle.removeFirst().user);
    }
  }
}
