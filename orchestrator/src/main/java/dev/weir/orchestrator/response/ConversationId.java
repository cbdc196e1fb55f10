package dev.weir.orchestrator.response;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a conversation, {@code conv_<ulid>}. */
public final class ConversationId {

  private static final Pattern FORM = Pattern.compile("conv_([0-9a-z]{1,64})");

  private ConversationId() {}

  /** The part behind {@code conv_}, which names the entity; empty when the id is none of ours. */
  public static Optional<String> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
