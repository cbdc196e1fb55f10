package dev.weir.orchestrator.user;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission.Granted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** One user over a journal in memory, and the words to speak with it. */
final class UserFixture {

  static final String BINDINGS =
      "pekko.actor.serialization-bindings"
          + " { \"dev.weir.cluster.serialization.Persisted\" = jackson-cbor }";

  private static final AtomicInteger USERS = new AtomicInteger();

  final String id = "acme/alice-" + USERS.incrementAndGet();
  final String ledger = "ledger|" + id;
  final FakeClock clock = new FakeClock("2026-03-10T12:00:10Z");
  final TestProbe<Admission> admissions;
  final TestProbe<User.Settled> settled;
  private final TestProbe<User.RunEnded> ended;
  final TestProbe<Description> descriptions;
  final TestProbe<ClusterSharding.ShardCommand> shard;
  final TestProbe<Object> holder;
  private final ActorTestKit testKit;
  private final UserDirectory directory;
  private final AtomicInteger blocks = new AtomicInteger();
  ActorRef<User.Command> user;

  UserFixture(ActorTestKit testKit, String tier) {
    this.testKit = testKit;
    this.admissions = testKit.createTestProbe(Admission.class);
    this.settled = testKit.createTestProbe(User.Settled.class);
    this.ended = testKit.createTestProbe(User.RunEnded.class);
    this.descriptions = testKit.createTestProbe(Description.class);
    this.shard = testKit.createTestProbe(ClusterSharding.ShardCommand.class);
    this.holder = testKit.createTestProbe(Object.class);
    TierSettings settings = TierSettings.from(ConfigFactory.parseString(tier));
    this.directory = entityId -> settings;
    this.user = start();
  }

  private ActorRef<User.Command> start() {
    return testKit.spawn(
        User.create(
            id,
            shard.ref(),
            new User.Parts(
                directory,
                clock,
                () -> "block-" + blocks.incrementAndGet(),
                Duration.ofMinutes(2))));
  }

  /** The user is gone without a word, and its next incarnation begins. */
  void crash() {
    testKit.stop(user);
    user = start();
  }

  /** The user hands over to its next incarnation. */
  void stopGracefully() {
    user.tell(new User.Stop());
    settled.expectTerminated(user);
    user = start();
  }

  void reserve(String response, long input, long output) {
    reserve(response, input, output, holder.ref());
  }

  void reserve(String response, long input, long output, ActorRef<?> by) {
    Demand demand = new Demand(input, output, output, Price.FREE);
    user.tell(new User.Reserve(key(response), demand, by, admissions.ref(), TraceContext.NONE));
  }

  Granted granted() {
    return admissions.expectMessageClass(Granted.class);
  }

  Granted reserved(String response, long input, long output) {
    reserve(response, input, output);
    return granted();
  }

  /** Settles the only attempt of its response, and then ends the run. */
  void settle(Granted granted, Charge charge) {
    user.tell(
        new User.Settle(
            granted.key(), granted.reservation(), charge, settled.ref(), TraceContext.NONE));
    settled.expectMessage(new User.Settled(granted.key()));
    endRun(granted.key().responseId());
  }

  void endRun(String response) {
    user.tell(new User.EndRun(response, ended.ref()));
    ended.expectMessage(new User.RunEnded(response));
  }

  Quota today() {
    user.tell(new User.Describe(descriptions.ref()));
    return descriptions.receiveMessage().quotas().stream()
        .filter(quota -> quota.meter() == Meter.TOKENS_PER_DAY)
        .findFirst()
        .orElseThrow();
  }

  static Charge used(long input, long output) {
    return new Charge.Used(new Usage(input, 0, output, 0));
  }

  static Key key(String response) {
    return new Key(response, "generate", 1);
  }
}
