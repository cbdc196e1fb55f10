package dev.weir.orchestrator.run.store;

import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;

class PostgresIdempotencyStoreTest extends IdempotencyStoreSuite {

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.postgres();
  }
}
