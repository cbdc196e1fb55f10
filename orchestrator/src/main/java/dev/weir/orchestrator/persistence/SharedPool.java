package dev.weir.orchestrator.persistence;

import com.typesafe.config.Config;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseExtension;
import dev.weir.cluster.database.Dialect;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.jdbc.db.SlickDatabase;
import org.apache.pekko.persistence.jdbc.db.SlickDatabaseProvider;
import scala.Some;
import slick.jdbc.H2Profile$;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcBackend$;
import slick.jdbc.JdbcProfile;
import slick.jdbc.PostgresProfile$;
import slick.util.AsyncExecutor;

/**
 * Gives journal and snapshot store the node's own pool, of which they use their share and no more.
 * Made by name, once for each actor system.
 */
public final class SharedPool implements SlickDatabaseProvider {

  private static final int QUEUE = 10_000;

  private final Shared shared;

  public SharedPool(ActorSystem system) {
    Database database = DatabaseExtension.of(system);
    int share = database.settings().journalConnections();
    AsyncExecutor executor = AsyncExecutor.apply("weir-journal", share, share, QUEUE, share);
    system.registerOnTermination(executor::close);
    this.shared =
        new Shared(
            JdbcBackend$.MODULE$
                .Database()
                .forDataSource(database.dataSource(), new Some<>(share), executor, false),
            profile(database.settings().dialect()));
  }

  @Override
  public SlickDatabase database(Config plugin) {
    return shared;
  }

  private static JdbcProfile profile(Dialect dialect) {
    return switch (dialect) {
      case H2 -> H2Profile$.MODULE$;
      case POSTGRESQL -> PostgresProfile$.MODULE$;
    };
  }

  /** The pool closes with the actor system, not with the first plugin that stops. */
  private record Shared(JdbcBackend.JdbcDatabaseDef database, JdbcProfile profile)
      implements SlickDatabase {
    @Override
    public boolean allowShutdown() {
      return false;
    }
  }
}
