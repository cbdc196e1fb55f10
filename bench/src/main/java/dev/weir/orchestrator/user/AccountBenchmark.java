package dev.weir.orchestrator.user;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One attempt's budget: reserved, settled, and told to the ledger in batches of a hundred. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccountBenchmark {

  private static final int BATCH = 100;
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:10Z");
  private static final Demand DEMAND = new Demand(20, 100, 1, Price.FREE);
  private static final Charge USED = new Charge.Used(new Usage(20, 0, 20, 0));

  private final Account account = new Account("block", NOW);
  private Books books = Books.EMPTY;
  private long responses;

  public AccountBenchmark() {
    long none = Limits.UNLIMITED;
    account.limits(new Limits(none, new Amounts(none, none, 1L << 50, none)));
  }

  @Benchmark
  public Object reserveAndSettle() {
    Key key = new Key("resp_" + responses++, "generate", 1);
    Optional<Admission> admission = account.reserve(key, DEMAND, NOW);
    if (admission.isEmpty()) {
      tellLedger();
      admission = account.reserve(key, DEMAND, NOW);
    }
    Admission.Granted granted = (Admission.Granted) admission.orElseThrow();
    Object ticket = account.settle(key, granted.reservation(), USED, NOW);
    if (responses % BATCH == 0) {
      tellLedger();
    }
    return ticket;
  }

  private void tellLedger() {
    Optional<Posting> posting = account.next(NOW, false);
    while (posting.isPresent()) {
      books.decide(posting.get()).forEach(event -> books = books.apply(event));
      account.posted(books.answer(posting.get()), NOW);
      posting = account.next(NOW, false);
    }
  }
}
