package dev.weir.orchestrator.conversation;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;

class PostgresConversationTest extends ConversationStorageSuite {

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.postgres();
  }

  @Override
  int connections(Database database) {
    String sql = "select count(*) from pg_stat_activity where datname = current_database()";
    return await(database.call(connection -> number(connection, sql)));
  }
}
