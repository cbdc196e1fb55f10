package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.AfterEach;

/** A node that is asked for answers that several may have, and kept ones. */
abstract class FlightBench {

  static final Delta HELLO = new Delta.Text("Hello");
  static final Delta STOP = new Delta.Finished(FinishReason.STOP);
  static final Duration TTL = Duration.ofMinutes(10);

  final Bench bench;
  final ActorRef<InferenceNode.Command> node;

  FlightBench() {
    this(new Bench());
  }

  FlightBench(Bench bench) {
    this.bench = bench;
    this.node =
        bench.kit.spawn(
            InferenceNode.create(() -> bench.catalog, bench.dependencies(), bench.limits()));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  CacheOrder order(String key, boolean refresh) {
    return new CacheOrder(key, "m", "one", "", refresh, TTL.toMillis());
  }

  Bench.Asked ask(String key, String user) {
    return ask(order(key, false), user);
  }

  Bench.Asked ask(CacheOrder order, String user) {
    Bench.Asked asked = bench.ask(order, user);
    node.tell(asked.request());
    return asked;
  }

  InferenceNode.Accepted accepted() {
    return bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  static Delta came(Origin origin) {
    return new Delta.Came(origin, "k");
  }

  static void answer(TestPublisher.Probe<Delta> exchange) {
    exchange.sendNext(HELLO);
    exchange.sendNext(STOP);
    exchange.sendComplete();
  }

  static void expect(Bench.Asked asked, Delta... deltas) {
    asked.reader().request(9);
    assertThat(asked.reader().expectNext()).isInstanceOf(Delta.Came.class);
    for (Delta delta : deltas) {
      asked.reader().expectNext(delta);
    }
    asked.reader().expectComplete();
  }

  static void expectFirst(Bench.Asked asked, Origin origin) {
    asked.reader().request(1);
    asked.reader().expectNext(came(origin));
  }

  /** A failed flight is joined no more once nothing of it is left to invalidate. */
  void awaitNoFlight() {
    bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () -> assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(0, 0, false)));
  }

  Flights.Forgotten invalidate(String model) {
    return forgetting(model).receiveMessage();
  }

  /** Hears when that has been done. */
  TestProbe<Flights.Forgotten> forgetting(String model) {
    TestProbe<Flights.Forgotten> forgotten = bench.kit.createTestProbe(Flights.Forgotten.class);
    flights().tell(new Flights.Invalidate(new Selection("", model, ""), forgotten.ref()));
    return forgotten;
  }

  private ActorRef<Flights.Command> flights() {
    TestProbe<Receptionist.Listing> listing = bench.kit.createTestProbe(Receptionist.Listing.class);
    return listing.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          bench.kit.system().receptionist().tell(Receptionist.find(Flights.KEY, listing.ref()));
          Set<ActorRef<Flights.Command>> found =
              listing.receiveMessage().getServiceInstances(Flights.KEY);
          assertThat(found).hasSize(1);
          return found.iterator().next();
        });
  }
}
