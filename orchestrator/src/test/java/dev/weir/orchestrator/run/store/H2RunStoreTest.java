package dev.weir.orchestrator.run.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Child;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2RunStoreTest extends RunStoreSuite {

  @TempDir private Path folder;

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.h2(folder);
  }

  @Test
  void acknowledgedEndsSurviveTheKillOfTheirHost() throws IOException {
    Path own = folder.resolve("own");
    int acknowledged = 0;
    try (Child child = Child.start(Host.class, own.toString());
        BufferedReader lines = child.lines()) {
      while (acknowledged < 100) {
        acknowledged = Integer.parseInt(lines.readLine());
      }
      child.kill();
    }
    try (Database database = Database.open(TestDatabase.h2(own))) {
      RunStore store = new JdbcRunStore(database, InstantSource.system());
      for (int number = 1; number <= acknowledged; number++) {
        RunRow row = await(store.find(ALICE, "r" + number)).orElseThrow();
        assertThat(row.result()).isEqualTo(bytes("result " + number));
      }
    }
  }

  /** Accepts and finishes runs and tells each once both are acknowledged. */
  static final class Host {
    public static void main(String[] arguments) {
      Database database = Database.open(TestDatabase.h2(Path.of(arguments[0])));
      RunStore store = new JdbcRunStore(database, InstantSource.system());
      for (int number = 1; number < 1_000_000; number++) {
        await(store.accept(run("r" + number, 1)));
        await(store.finish("r" + number, 0, completed("result " + number)));
        System.out.println(number);
      }
    }
  }
}
