package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import java.util.function.Function;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Fetches the items that travel beside a request and tells the entity the request again with them,
 * or {@link Conversation.UnpackFailed}. Confined to its entity.
 */
final class Deliveries {

  private final Packer packer;
  private final ActorContext<Conversation.Command> context;

  Deliveries(Packer packer, ActorContext<Conversation.Command> context) {
    this.packer = packer;
    this.context = context;
  }

  /** Begins to fetch what {@code request} waits for; false if it has everything with it. */
  boolean fetch(Conversation.Request request) {
    return switch (request) {
      case Conversation.Append it -> fetch(it, it.items(), items -> with(it, items));
      case Conversation.AddItems it -> fetch(it, it.items(), items -> with(it, items));
      default -> false;
    };
  }

  private boolean fetch(
      Conversation.Request request, Packed items, Function<Packed, Conversation.Request> whole) {
    if (items instanceof Packed.Inline) {
      return false;
    }
    context.pipeToSelf(
        packer.unpack(items),
        (unpacked, failure) ->
            unpacked == null
                ? new Conversation.UnpackFailed(request.replyTo(), WeirError.of(failure))
                : whole.apply(new Packed.Inline(unpacked)));
    return true;
  }

  private static Conversation.Request with(Conversation.Append it, Packed items) {
    return new Conversation.Append(
        it.responseId(), it.parent(), it.exclusive(), items, it.replyTo(), it.trace());
  }

  private static Conversation.Request with(Conversation.AddItems it, Packed items) {
    return new Conversation.AddItems(it.commandId(), items, it.replyTo());
  }
}
