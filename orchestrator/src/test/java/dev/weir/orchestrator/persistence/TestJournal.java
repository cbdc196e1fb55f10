package dev.weir.orchestrator.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.database.DatabaseSettings;
import java.util.Map;

/** The configuration of an actor system whose journal lies in a test's database. */
public final class TestJournal {

  private TestJournal() {}

  public static Config config(DatabaseSettings settings) {
    return ConfigFactory.parseMap(
            Map.of(
                "weir.database.url", settings.url(),
                "weir.database.user", settings.user(),
                "weir.database.password", settings.password()))
        .withFallback(PersistenceConfig.overlay())
        .withFallback(ConfigFactory.load("nothing"));
  }
}
