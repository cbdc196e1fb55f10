package dev.weir.inference.catalog.store;

import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;

class PostgresCatalogStoreTest extends CatalogStoreSuite {

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.postgres();
  }
}
