package dev.weir.gateway.admin;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Asks every node of the cluster that offers something. */
record Survey(ActorSystem<?> system, Duration within) {

  /** What each has answered; nothing where one was silent, as unreachable ones are. */
  <M, R> CompletionStage<Map<ActorRef<M>, Optional<R>>> of(
      ServiceKey<M> key, Function<ActorRef<R>, M> question) {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(key, replyTo),
            within,
            system.scheduler())
        .thenCompose(listing -> ask(listing.getAllServiceInstances(key), question));
  }

  private <M, R> CompletionStage<Map<ActorRef<M>, Optional<R>>> ask(
      Iterable<ActorRef<M>> nodes, Function<ActorRef<R>, M> question) {
    Map<ActorRef<M>, CompletionStage<Optional<R>>> asked = new LinkedHashMap<>();
    nodes.forEach(
        node ->
            asked.put(
                node,
                AskPattern.<M, R>ask(node, question::apply, within, system.scheduler())
                    .handle((answer, silence) -> Optional.ofNullable(answer))));
    CompletionStage<Map<ActorRef<M>, Optional<R>>> all =
        CompletableFuture.completedFuture(new LinkedHashMap<>());
    for (var one : asked.entrySet()) {
      all =
          all.thenCombine(
              one.getValue(),
              (known, answer) -> {
                known.put(one.getKey(), answer);
                return known;
              });
    }
    return all;
  }
}
