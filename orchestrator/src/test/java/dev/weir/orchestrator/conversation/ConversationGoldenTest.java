package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.persistence.PersistenceConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the first version stored must be readable for ever; each line is a manifest and bytes. */
class ConversationGoldenTest {

  private static final ActorTestKit KIT = ActorTestKit.create(PersistenceConfig.overlay());
  private static final Ciphertext SEALED = new Ciphertext(new byte[] {1, 2, 3, (byte) 0xff});

  private static final List<Object> STORED =
      List.of(
          new ConversationEvent.Created("c", SEALED, 1_800_000_000_000L),
          new ConversationEvent.MetadataChanged(SEALED),
          new ConversationEvent.TurnAppended("r1", null, true, SEALED, 1_800_000_000_001L),
          new ConversationEvent.TurnAppended("r2", "r1", false, SEALED, 1_800_000_000_002L),
          new ConversationEvent.ItemsAdded("a", SEALED, 1_800_000_000_003L),
          new ConversationEvent.ItemDeleted("i"),
          new ConversationEvent.TurnRemoved("r1"),
          new ConversationEvent.Deleted("d"),
          new ConversationState(
              new ConversationState.Creation("c", SEALED, 1_800_000_000_000L),
              Map.of("r1", new ConversationState.Turn("r1", null, true, SEALED)),
              "r1",
              Set.of("i"),
              null,
              null),
          new ConversationState(null, Map.of(), null, Set.of(), "d", null),
          new ConversationEvent.Held("r2", "pekko://weir@127.0.0.1:7355/user/runs/r2/holder#42"),
          new ConversationEvent.Released("r2"),
          new ConversationState(
              new ConversationState.Creation("c", SEALED, 1_800_000_000_000L),
              Map.of(),
              null,
              Set.of(),
              null,
              new ConversationState.Hold("r2", "pekko://weir@127.0.0.1:7355/user/runs#1")));

  private final Serialization serialization = SerializationExtension.get(KIT.system());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void readsWhatTheFirstVersionStored() throws IOException {
    assertThat(golden().map(this::read).toList()).isEqualTo(STORED);
  }

  @Test
  void readsWhatThisVersionStores() {
    assertThat(STORED).allSatisfy(value -> assertThat(read(line(value))).isEqualTo(value));
  }

  @Test
  void everyEventHasAGoldenForm() {
    Set<Class<?>> covered = STORED.stream().map(Object::getClass).collect(Collectors.toSet());
    assertThat(covered).contains(ConversationEvent.class.getPermittedSubclasses());
  }

  private String line(Object value) {
    String manifest = Serializers.manifestFor(serialization.findSerializerFor(value), value);
    byte[] bytes = serialization.serialize(value).get();
    return manifest + " " + Base64.getEncoder().encodeToString(bytes);
  }

  private Object read(String line) {
    String[] parts = line.split(" ", 2);
    byte[] bytes = Base64.getDecoder().decode(parts[1]);
    return serialization.deserialize(bytes, 33, parts[0]).get();
  }

  private static Stream<String> golden() throws IOException {
    try (InputStream stored =
        ConversationGoldenTest.class.getResourceAsStream("/golden/conversation.txt")) {
      return new String(stored.readAllBytes(), StandardCharsets.UTF_8).lines();
    }
  }
}
