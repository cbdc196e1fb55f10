package dev.weir.cluster.serialization;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;

/** Writes actor references as text and finds them again; only an actor system can. */
interface References {

  /** For codecs without an actor system. */
  References NONE =
      new References() {
        @Override
        public String write(ActorRef<?> reference) {
          throw new WireException("No actor system here to write " + reference + " with.");
        }

        @Override
        public ActorRef<?> read(String text) {
          throw new WireException("No actor system here to find " + text + " in.");
        }
      };

  /** Through the resolver of {@code system}, asked for at first use: it may still be starting. */
  static References of(ActorSystem<?> system) {
    return new References() {
      @Override
      public String write(ActorRef<?> reference) {
        return ActorRefResolver.get(system).toSerializationFormat(reference);
      }

      @Override
      public ActorRef<?> read(String text) {
        return ActorRefResolver.get(system).resolveActorRef(text);
      }
    };
  }

  String write(ActorRef<?> reference);

  ActorRef<?> read(String text);
}
