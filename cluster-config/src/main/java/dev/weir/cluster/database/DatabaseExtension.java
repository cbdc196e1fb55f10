package dev.weir.cluster.database;

import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The one {@link Database} of an actor system, opened at the first use and closed after the last
 * actor: the journal, which Pekko makes by name, finds it here.
 */
public final class DatabaseExtension extends AbstractExtensionId<DatabaseExtension.Opened> {

  private static final DatabaseExtension ID = new DatabaseExtension();

  private DatabaseExtension() {}

  /** Holds the open database. */
  public record Opened(Database database) implements Extension {}

  /** The database of {@code system}; blocks while it is opened and migrated for the first time. */
  public static Database of(org.apache.pekko.actor.ClassicActorSystemProvider system) {
    return ID.get(system).database();
  }

  @Override
  public Opened createExtension(ExtendedActorSystem system) {
    Database database = Database.open(DatabaseSettings.from(system.settings().config()));
    system.registerOnTermination(database::close);
    return new Opened(database);
  }
}
