package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has dialed this node. There is one {@link Receiver} per dialing process: a new process at the
 * same address, or a new link of the same process, ends what was before it.
 *
 * <p>Thread safe.
 */
final class Reception {

  /** What a Hello is answered with. */
  sealed interface Answer {}

  /** The receiver of the dialer's link, to be connected. */
  record Welcomed(Receiver receiver) implements Answer {}

  /** The link is of no use, whatever the dialer tries. */
  record Refused(String why) implements Answer {}

  /** The dialer has made another connection since; this one has no use. */
  record Late() implements Answer {}

  private record Guest(Frame.Hello hello, Receiver receiver) {

    boolean sameAddress(Frame.Hello other) {
      return hello.host().equals(other.host()) && hello.port() == other.port();
    }
  }

  private final long incarnation;
  private final Supplier<Receiver> receivers;
  private final Map<Long, Guest> guests = new HashMap<>();
  private final Set<Long> gone = new HashSet<>();

  Reception(long incarnation, Supplier<Receiver> receivers) {
    this.incarnation = incarnation;
    this.receivers = receivers;
  }

  synchronized Answer greet(Frame.Hello hello) {
    String why = refusal(hello);
    if (why != null) {
      return new Refused(why);
    }
    Guest known = guests.get(hello.incarnation());
    if (known != null && isLate(hello, known.hello())) {
      return new Late();
    }
    boolean sameLink = known != null && known.hello().link() == hello.link();
    if (known != null && !sameLink) {
      known.receiver().lose(Errors.linkLost("the peer gave the link up."));
    }
    retirePredecessor(hello);
    Receiver receiver = known != null && sameLink ? known.receiver() : receivers.get();
    guests.put(hello.incarnation(), new Guest(hello, receiver));
    return new Welcomed(receiver);
  }

  private @Nullable String refusal(Frame.Hello hello) {
    if (hello.version() != Sender.VERSION) {
      return "it speaks version " + hello.version() + " and this node " + Sender.VERSION;
    }
    if (hello.target() != incarnation) {
      return "it means another process than this one";
    }
    return gone.contains(hello.incarnation()) ? "it was given up for gone" : null;
  }

  private static boolean isLate(Frame.Hello hello, Frame.Hello known) {
    return hello.link() < known.link()
        || (hello.link() == known.link() && hello.connection() <= known.connection());
  }

  private void retirePredecessor(Frame.Hello hello) {
    guests.values().stream()
        .filter(guest -> guest.sameAddress(hello))
        .map(guest -> guest.hello().incarnation())
        .filter(other -> other != hello.incarnation())
        .toList()
        .forEach(other -> retire(other, Errors.linkLost("the peer's process was restarted.")));
  }

  /** That process is gone for good. */
  synchronized void retire(long dialer, WeirError error) {
    gone.add(dialer);
    Guest guest = guests.remove(dialer);
    if (guest != null) {
      guest.receiver().lose(error);
    }
  }

  /** Ends the links whose dialers were not heard of for {@code patience} nanoseconds. */
  synchronized void expire(long patience, long now) {
    guests
        .values()
        .removeIf(
            guest -> {
              boolean away = guest.receiver().silence(now) > patience;
              if (away) {
                guest.receiver().lose(Errors.linkLost("the peer was away for too long."));
              }
              return away;
            });
  }

  synchronized void forEach(Consumer<Receiver> action) {
    guests.values().forEach(guest -> action.accept(guest.receiver()));
  }

  /** Ends the link of {@code receiver}, whose dialer broke the protocol. */
  synchronized void expel(Receiver receiver, WeirError error) {
    receiver.lose(error);
    guests.values().removeIf(guest -> guest.receiver() == receiver);
  }
}
