package dev.weir.bench.load;

import dev.weir.bench.loop.Loop;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * N clients, each with a connection of its own, each asking again as soon as its answer has come.
 * Their first questions are spread evenly over a ramp. A client whose connection breaks opens
 * another.
 */
public final class ClosedLoop {

  /**
   * How many ask how often.
   *
   * @param rampMillis from the first client's first question to the last client's
   * @param skip how many answers of each client are not counted
   * @param count how many of each client are
   */
  public record Plan(int clients, int rampMillis, int skip, int count) {}

  private final Loop loop;
  private final Question question;
  private final Plan plan;
  private final Figures figures = new Figures();
  private final Figures unseen = new Figures();
  private final CompletableFuture<Figures> done = new CompletableFuture<>();
  private int running;

  private ClosedLoop(Loop loop, Question question, Plan plan) {
    this.loop = loop;
    this.question = question;
    this.plan = plan;
    this.running = plan.clients();
  }

  public static CompletableFuture<Figures> run(Loop loop, Question question, Plan plan) {
    ClosedLoop load = new ClosedLoop(loop, question, plan);
    loop.execute(load::begin);
    return load.done;
  }

  private void begin() {
    long now = System.nanoTime();
    for (int client = 0; client < plan.clients(); client++) {
      Client next = new Client();
      loop.at(now + plan.rampMillis() * 1_000_000L * client / plan.clients(), next::connect);
    }
  }

  private final class Client implements Stream.Listener {

    private int asked;

    void connect() {
      Stream.connect(loop, question.address(), this);
    }

    @Override
    public void connected(Stream stream) {
      ask(stream);
    }

    private void ask(Stream stream) {
      Figures into = asked++ < plan.skip() ? unseen : figures;
      stream.ask(question, into, System.nanoTime());
    }

    @Override
    public void ended(Stream stream, long now, @Nullable String failure) {
      if (asked == plan.skip() + plan.count()) {
        stream.close();
        if (--running == 0) {
          done.complete(figures);
        }
      } else if (failure == null) {
        ask(stream);
      } else {
        stream.close();
        loop.at(now + 10_000_000, this::connect);
      }
    }
  }
}
