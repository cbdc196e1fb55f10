package dev.weir.gateway.budget;

import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.Description;
import dev.weir.orchestrator.user.User;
import java.util.concurrent.CompletionStage;

/** Asks users' books, wherever they are kept. Thread safe. */
public final class Budgets {

  private final Entities<User.Command> users;

  public Budgets(Entities<User.Command> users) {
    this.users = users;
  }

  /** What a caller has left and has spent; nothing spent by whoever never asked for anything. */
  public CompletionStage<Description> describe(Caller caller) {
    return users.ask(caller.entityId(), User.Describe::new);
  }
}
