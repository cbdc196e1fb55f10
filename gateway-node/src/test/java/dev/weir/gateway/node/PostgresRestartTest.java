package dev.weir.gateway.node;

import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.nio.file.Path;

class PostgresRestartTest extends RestartSuite {

  private static final DatabaseSettings postgres = TestDatabase.postgres();

  @Override
  String database(Path data) {
    return "weir.database { url = \"%s\", user = postgres, password = \"\" }"
        .formatted(postgres.url());
  }
}
