package dev.weir.orchestrator.run.store;

import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2IdempotencyStoreTest extends IdempotencyStoreSuite {

  @TempDir private Path folder;

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.h2(folder);
  }
}
