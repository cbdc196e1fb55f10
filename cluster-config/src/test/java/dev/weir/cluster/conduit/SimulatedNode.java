package dev.weir.cluster.conduit;

import java.util.HashMap;
import java.util.Map;

/** One process of the simulation: what is in its memory dies with it. */
final class SimulatedNode {

  private final SimulatedWorld world;
  private final String name;
  private final long incarnation;
  private final Openings openings = new Openings();
  private final Reception reception;
  private final Map<Long, SimulatedLink> links = new HashMap<>();
  private long linkNumber;
  private boolean dead;

  SimulatedNode(SimulatedWorld world, String name, long incarnation) {
    this.world = world;
    this.name = name;
    this.incarnation = incarnation;
    this.reception = new Reception(incarnation, () -> world.receiver(openings));
  }

  String name() {
    return name;
  }

  long incarnation() {
    return incarnation;
  }

  Reception reception() {
    return reception;
  }

  boolean isDead() {
    return dead;
  }

  Ticket open(InboundStream stream, int window) {
    long number = openings.add(stream, world.now() + 8 * SimulatedWorld.PATIENCE);
    return new Ticket(name, 1, incarnation, number, window);
  }

  Sender senderFor(Ticket ticket) {
    SimulatedLink known = links.get(ticket.incarnation());
    if (known == null || known.isLost()) {
      Frame.Hello hello =
          new Frame.Hello(
              Sender.VERSION, incarnation, name, 1, ticket.incarnation(), ++linkNumber, 0);
      known = new SimulatedLink(world, this, ticket.host(), world.sender(hello));
      links.put(ticket.incarnation(), known);
      world.add(known);
      known.dial();
    }
    return known.sender();
  }

  void beat() {
    reception.forEach(
        receiver -> {
          receiver.acknowledge();
          receiver.beat(SimulatedWorld.PATIENCE / 5, world.now());
        });
    reception.expire(SimulatedWorld.PATIENCE, world.now());
    openings.expire(world.now());
  }

  void die() {
    dead = true;
  }
}
