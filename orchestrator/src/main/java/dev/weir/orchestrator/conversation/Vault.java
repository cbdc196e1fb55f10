package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals what one conversation holds with AES-256-GCM (NIST SP 800-38D), a random nonce of 96 bits
 * each. What is sealed is bound to its conversation and its place there, so that stored bytes
 * cannot be moved.
 */
final class Vault {

  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final String METADATA = "metadata";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String conversation;
  private final @Nullable SecretKey key;

  Vault(String conversation, @Nullable SecretKey key) {
    this.conversation = conversation;
    this.key = key;
  }

  /** The vault of a conversation that holds nothing yet. */
  static Vault empty(String conversation) {
    return new Vault(conversation, null);
  }

  /** The place of a turn's items. */
  static String turn(String id) {
    return "turn:" + id;
  }

  Ciphertext seal(String place, List<Item> items) {
    return seal(place, ItemCbor.write(items));
  }

  List<Item> items(String place, Ciphertext sealed) {
    return ItemCbor.read(open(place, sealed));
  }

  Ciphertext sealMetadata(Map<String, String> metadata) {
    return seal(METADATA, ItemCbor.writeMetadata(metadata));
  }

  Map<String, String> metadata(Ciphertext sealed) {
    return ItemCbor.readMetadata(open(METADATA, sealed));
  }

  private Ciphertext seal(String place, byte[] plain) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, place, nonce);
      byte[] sealed = new byte[NONCE + cipher.getOutputSize(plain.length)];
      System.arraycopy(nonce, 0, sealed, 0, NONCE);
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE);
      return new Ciphertext(sealed);
    } catch (GeneralSecurityException defect) {
      throw new IllegalStateException("Cannot seal", defect);
    }
  }

  private byte[] open(String place, Ciphertext sealed) {
    byte[] bytes = sealed.bytes();
    try {
      return cipher(Cipher.DECRYPT_MODE, place, bytes).doFinal(bytes, NONCE, bytes.length - NONCE);
    } catch (GeneralSecurityException failure) {
      throw new WeirError.Internal(
              "conversation_unreadable", "What is stored of this conversation cannot be read.")
          .asException();
    }
  }

  private Cipher cipher(int mode, String place, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE));
    cipher.updateAAD((conversation + "\n" + place).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
