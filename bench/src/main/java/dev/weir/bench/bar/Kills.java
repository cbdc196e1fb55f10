package dev.weir.bench.bar;

import dev.weir.bench.load.Users;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.node.EventStream;
import dev.weir.bench.node.NodeProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * {@code kill -9} of one of three nodes while sixteen users ask another one every 100 ms. A user
 * whose answers stop was owned by the dead node, by its budget or by its conversations: 5 of 9
 * users, as a rule. The others must not notice.
 */
public final class Kills implements Bar {

  private static final int USERS = 16;
  private static final double NOTICED = 1.0;
  private static final String SIM =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 100ms, tokens = 10000 }\n";

  private final boolean postgres;

  Kills(boolean postgres) {
    this.postgres = postgres;
  }

  @Override
  public String name() {
    return postgres ? "kill-postgresql" : "kill-embedded";
  }

  @Override
  public Report measure(double scale) {
    List<Outcome> outcomes = new ArrayList<>();
    if (postgres) {
      try (EmbeddedPostgres database = EmbeddedPostgres.builder().start()) {
        for (int victim : victims(scale)) {
          dropAll(database);
          outcomes.add(
              kill(
                  "weir.database { url = \""
                      + database.getJdbcUrl("postgres", "postgres").replaceAll("\\?.*", "")
                      + "\", user = postgres }\n",
                  victim));
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    } else {
      for (int victim : victims(scale)) {
        outcomes.add(kill("", victim));
      }
    }
    return report(outcomes);
  }

  /** The oldest node, which has the shards' coordinator and serves H2; and the youngest. */
  private static List<Integer> victims(double scale) {
    return scale < 1 ? List.of(2) : List.of(0, 2);
  }

  private static void dropAll(EmbeddedPostgres database) {
    try (Connection connection = database.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("drop schema public cascade; create schema public");
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /**
   * How one kill went.
   *
   * @param owned seconds without an answer of the users that noticed
   * @param others the same of those that did not
   * @param runEnded seconds until the dead node's run read as ended elsewhere
   */
  private record Outcome(List<Double> owned, List<Double> others, double runEnded) {}

  private Outcome kill(String database, int victim) {
    int entrance = victim == 0 ? 1 : 0;
    try (Cluster weir = Cluster.start(SIM + database, Cluster.ALL, Cluster.ALL, Cluster.ALL)) {
      NodeProcess node = weir.node(entrance);
      Users users = Users.start(node, USERS);
      users.awaitAnswers(5);
      EventStream stream =
          EventStream.create(
              weir.node(victim), "{\"model\":\"sim\",\"input\":\"Go on.\",\"stream\":true}");
      String id = stream.id();
      stream.awaitDeltas(3);
      long killed = System.nanoTime();
      weir.node(victim).kill();
      double runEnded = untilEnded(node, id, killed);
      users.awaitAnswersSince(System.nanoTime());
      List<Double> gaps = users.stop();
      System.out.println("victim " + (victim + 1) + ": run " + runEnded + " s, users " + gaps);
      return new Outcome(
          gaps.stream().filter(gap -> gap > NOTICED).toList(),
          gaps.stream().filter(gap -> gap <= NOTICED).toList(),
          runEnded);
    }
  }

  private static double untilEnded(NodeProcess node, String id, long since) {
    while (System.nanoTime() - since < 60_000_000_000L) {
      if (node.get("/v1/responses/" + id).contains("\"host_lost\"")) {
        return (System.nanoTime() - since) / 1e9;
      }
      if (node.endsWithin(Duration.ofMillis(100))) {
        throw new IllegalStateException("a node ended that nobody killed");
      }
    }
    return 60;
  }

  private Report report(List<Outcome> outcomes) {
    double served = 0;
    double others = 0;
    int noticed = 0;
    int most = 0;
    for (Outcome outcome : outcomes) {
      served = Math.max(served, max(outcome.owned()));
      served = Math.max(served, outcome.runEnded());
      others = Math.max(others, max(outcome.others()));
      noticed += outcome.owned().size();
      most = Math.max(most, outcome.owned().size());
    }
    String runs =
        outcomes.stream()
            .map(outcome -> String.format(Locale.ROOT, "%.1f", outcome.runEnded()))
            .collect(Collectors.joining(", "));
    return new Report(
        "`kill -9`, " + (postgres ? "PostgreSQL" : "embedded"),
        "what the dead node owned is served within "
            + (postgres ? 15 : 25)
            + " s, the rest throughout",
        List.of(
            Measure.atMost("owned, longest", served, postgres ? 15 : 25, "s"),
            Measure.atMost("the rest, longest gap", others, NOTICED, "s"),
            Measure.none(
                "users that noticed beyond three quarters", Math.max(0, most - USERS * 3 / 4))),
        List.of(
            String.format(
                Locale.ROOT,
                "%d of %d users noticed over %d kills, stored run ended after %s s",
                noticed,
                USERS * outcomes.size(),
                outcomes.size(),
                runs)),
        name());
  }

  private static double max(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }
}
