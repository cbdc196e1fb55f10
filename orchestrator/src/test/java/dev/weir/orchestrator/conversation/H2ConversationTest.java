package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Child;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import dev.weir.orchestrator.conversation.Conversation.Command;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2ConversationTest extends ConversationStorageSuite {

  @TempDir private Path folder;

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.h2(folder);
  }

  @Test
  void conversationGoesOnWhenTheProcessThatServesTheFileIsKilled() throws IOException {
    close();
    try (Child child = Child.start(Server.class, folder.resolve("shared").toString());
        BufferedReader lines = child.lines()) {
      assertThat(lines.readLine()).isEqualTo("serving");
      open(TestDatabase.h2(folder.resolve("shared")));
      ActorRef<Command> entity = spawn(ID);
      assertThat(ask(entity, appending("r0", null, "before"))).isEqualTo(new Done());
      child.kill();
      for (int turn = 1; turn < 20; turn++) {
        assertThat(askAgain(entity, appending("r" + turn, "r" + (turn - 1), "after")))
            .isEqualTo(new Done());
      }
      assertThat(texts(ask(recreate(entity), context("r19"))))
          .hasSize(20)
          .startsWith("before", "after");
    }
  }

  /** Asks as callers must: once more where no answer came. */
  private Reply askAgain(ActorRef<Command> entity, Function<ActorRef<Reply>, Command> command) {
    try {
      return ask(entity, command);
    } catch (CompletionException unanswered) {
      return ask(entity, command);
    }
  }

  /** Opens the file first, so that others reach it through this process. */
  static final class Server {
    public static void main(String[] arguments) throws InterruptedException {
      Database database = Database.open(TestDatabase.h2(Path.of(arguments[0])));
      await(database.call(connection -> number(connection, "select 1")));
      System.out.println("serving");
      Thread.currentThread().join();
    }
  }

  @Override
  int connections(Database database) {
    String sql = "select count(*) from information_schema.sessions";
    return await(database.call(connection -> number(connection, sql)));
  }
}
