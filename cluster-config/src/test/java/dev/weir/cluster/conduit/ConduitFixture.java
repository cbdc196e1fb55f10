package dev.weir.cluster.conduit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.node.NodeSettings;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.apache.pekko.stream.testkit.javadsl.TestSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Two nodes' Conduits in one process, over loopback sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConduitFixture {

  static final Codec<String> TEXT =
      new Codec<>() {
        @Override
        public void encode(String value, ByteWriter out) {
          out.writeText(value);
        }

        @Override
        public String decode(ByteReader in) {
          return in.readText();
        }

        @Override
        public int size(String value) {
          return value.length();
        }
      };

  private long incarnations = 1;
  ActorTestKit kit;
  Conduit consumers;
  Conduit producers;

  @BeforeAll
  void bindBoth() throws Exception {
    kit = ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = WARNING").resolve());
    consumers = bind("");
    producers = bind("");
  }

  @AfterAll
  void stopAll() throws Exception {
    await(producers.stop());
    await(consumers.stop());
    kit.shutdownTestKit();
  }

  Conduit bind(String overrides) throws Exception {
    return await(Conduit.bind(kit.system(), settings(overrides), incarnations++));
  }

  static ConduitSettings settings(String overrides) {
    Config config =
        ConfigFactory.parseString(overrides).withFallback(ConfigFactory.load()).resolve();
    return ConduitSettings.from(config, NodeSettings.from(config).cluster());
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  <T> CompletionStage<Done> drain(Conduit.Inbound<T> inbound) {
    return inbound.source().runWith(Sink.ignore(), kit.system());
  }

  /** A producer into the stream, from {@code from}, that emits what the test tells it to. */
  TestPublisher.Probe<String> emitter(Conduit from, Conduit.Inbound<String> inbound) {
    return TestSource.<String>create(kit.system())
        .to(from.to(inbound.ticket(), TEXT))
        .run(kit.system());
  }

  /** A reader of the stream that asks when the test does. */
  <T> TestSubscriber.Probe<T> reader(Conduit.Inbound<T> inbound) {
    return inbound.source().runWith(TestSink.create(kit.system()), kit.system());
  }
}
