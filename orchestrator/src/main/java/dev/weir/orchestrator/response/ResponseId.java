package dev.weir.orchestrator.response;

import dev.weir.cluster.serialization.WireMessage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a response: {@code resp_<conversation>_<incarnation>_<ulid>}. Opaque to clients; Weir
 * reads from it which conversation the response belongs to, and which process may still run it.
 *
 * @param conversation the conversation's own part, without {@code conv_}
 * @param incarnation the cluster member that accepted the response; a hint only
 */
public record ResponseId(String conversation, long incarnation, String unique)
    implements WireMessage {

  private static final Pattern FORM =
      Pattern.compile("resp_([0-9a-z]{1,64})_([0-9a-z]{1,13})_([0-9a-z]{26})");
  private static final int RADIX = 36;

  /** Reads an id; empty when it was never one of ours. */
  public static Optional<ResponseId> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      long incarnation = Long.parseUnsignedLong(matcher.group(2), RADIX);
      return Optional.of(new ResponseId(matcher.group(1), incarnation, matcher.group(3)));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  /** The conversation's full id. */
  public String conversationId() {
    return "conv_" + conversation;
  }

  @Override
  public String toString() {
    return "resp_" + conversation + "_" + Long.toUnsignedString(incarnation, RADIX) + "_" + unique;
  }
}
