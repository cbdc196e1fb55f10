package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.Serializable;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two actor systems that reach each other by Artery alone. */
class KryoRemotingTest {

  record Unmarked(String text) implements Serializable {}

  private static ActorTestKit here;
  private static ActorTestKit there;

  @BeforeAll
  static void start() {
    Config config =
        ConfigFactory.parseString(
                """
                pekko.actor { provider = remote, serialize-messages = on }
                pekko.remote { warn-about-direct-use = off
                  artery { transport = tcp, canonical { hostname = "127.0.0.1", port = 0 } } }
                """)
            .withFallback(ConfigFactory.load());
    here = ActorTestKit.create("here", config);
    there = ActorTestKit.create("there", config);
  }

  @AfterAll
  static void stop() {
    here.shutdownTestKit();
    there.shutdownTestKit();
  }

  @Test
  void anAnswerComesBackThroughTheReferenceInTheQuestion() {
    TestProbe<Sample.Answer> answers = here.createTestProbe(Sample.Answer.class);
    remote(there.spawn(answering())).tell(new Sample.Ask("6 × 7?", answers.getRef()));
    assertThat(answers.receiveMessage(Duration.ofSeconds(20)))
        .isEqualTo(new Sample.Answer("6 × 7? 42", Duration.ofMillis(7)));
  }

  @Test
  void aReferenceToALocalActorIsFoundAgainInItsOwnSystem() {
    KryoCodec codec = KryoCodec.of(here.system(), 4096);
    TestProbe<Sample.Answer> answers = here.createTestProbe(Sample.Answer.class);
    Sample.Ask ask = new Sample.Ask("?", answers.getRef());
    assertThat(codec.fromBytes(codec.toBytes(ask))).isEqualTo(ask);
  }

  @Test
  void whatIsNotRegisteredDoesNotLeaveAndTheLinkStaysUp() {
    TestProbe<WireMessage> probe = there.createTestProbe(WireMessage.class);
    ActorRef<WireMessage> remote = remote(probe.getRef());
    LoggingTestKit.error("Failed to serialize")
        .withCause(WireException.class)
        .expect(
            here.system(),
            () -> {
              remote.tell(new Sample.Stranger("x"));
              return true;
            });
    remote.tell(new Sample.Answer("still here", Duration.ZERO));
    assertThat(probe.receiveMessage(Duration.ofSeconds(20)))
        .isEqualTo(new Sample.Answer("still here", Duration.ZERO));
  }

  @Test
  void whatIsTooLargeDoesNotLeave() {
    Sample.Bytes large = new Sample.Bytes(ByteString.fromArray(new byte[128 * 1024]));
    Serialization serialization = SerializationExtension.get(here.system());
    assertThat(serialization.serialize(large).failed().get())
        .isInstanceOf(WireException.class)
        .hasMessageContaining("Sample$Bytes takes more than 131072 bytes");
  }

  @Test
  void javaSerializationIsOff() {
    Serialization serialization = SerializationExtension.get(here.system());
    assertThat(serialization.findSerializerFor(new Sample.Answer("", Duration.ZERO)))
        .isInstanceOf(KryoSerializer.class);
    assertThatThrownBy(() -> serialization.serialize(new Unmarked("x")).get())
        .hasMessageContaining("allow-java-serialization");
  }

  private static Behavior<Sample.Ask> answering() {
    return Behaviors.receiveMessage(
        ask -> {
          ask.replyTo().tell(new Sample.Answer(ask.question() + " 42", Duration.ofMillis(7)));
          return Behaviors.same();
        });
  }

  /** The same actor as seen from {@code here}. */
  private static <T> ActorRef<T> remote(ActorRef<T> reference) {
    String address = ActorRefResolver.get(there.system()).toSerializationFormat(reference);
    return ActorRefResolver.get(here.system()).resolveActorRef(address);
  }
}
