package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VaultTest {

  private static final List<Item> ITEMS = List.of(Item.message("m", Role.USER, "the heron"));

  private final Vault vault = new Vault("c1", TestKeys.key((byte) 1));
  private final Ciphertext sealed = vault.seal("turn:r1", ITEMS);

  @Test
  void opensWhatItSealed() {
    assertThat(vault.items("turn:r1", sealed)).isEqualTo(ITEMS);
    assertThat(vault.metadata(vault.sealMetadata(Map.of("k", "v")))).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void sealsTheSameTextDifferentlyEachTime() {
    assertThat(vault.seal("turn:r1", ITEMS)).isNotEqualTo(sealed);
  }

  @Test
  void hidesTheText() {
    assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("heron");
    assertThat(sealed.toString()).doesNotContain("heron");
  }

  @Test
  void opensNothingOfAnotherPlaceConversationOrKey() {
    unreadable(() -> vault.items("turn:r2", sealed));
    unreadable(() -> new Vault("c2", TestKeys.key((byte) 1)).items("turn:r1", sealed));
    unreadable(() -> new Vault("c1", TestKeys.key((byte) 2)).items("turn:r1", sealed));
  }

  @Test
  void opensNothingThatWasChanged() {
    byte[] changed = sealed.bytes().clone();
    changed[changed.length - 1] ^= 1;
    unreadable(() -> vault.items("turn:r1", new Ciphertext(changed)));
  }

  private static void unreadable(org.assertj.core.api.ThrowableAssert.ThrowingCallable attempt) {
    assertThatThrownBy(attempt)
        .isInstanceOf(WeirException.class)
        .hasMessageContaining("conversation_unreadable");
  }
}
