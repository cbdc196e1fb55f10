package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;

/** What can go wrong with a stream that is not its producer's own failure. */
final class Errors {

  private Errors() {}

  /** The peer's process is gone, away for too long, or does not speak the protocol. */
  static WeirError linkLost(String why) {
    return new WeirError.Unavailable(
        "link_lost", "The connection between two nodes was lost: " + why, Duration.ofSeconds(1));
  }

  static WeirError noProducer() {
    return new WeirError.Unavailable(
        "open_timeout", "No producer connected to the stream in time.", Duration.ofSeconds(1));
  }

  static WeirError ticketUnknown() {
    return new WeirError.NotFound(
        "ticket_unknown", "The stream's consumer is gone or has a producer already.");
  }

  static WeirError producerStopped() {
    return new WeirError.Internal("producer_stopped", "The stream's producer stopped abruptly.");
  }

  static WeirError undecodable() {
    return new WeirError.Internal("undecodable", "An element of the stream could not be read.");
  }
}
