package dev.weir.orchestrator.conversation;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2ConversationTest extends ConversationStorageSuite {

  @TempDir private Path folder;

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.h2(folder);
  }

  @Override
  int connections(Database database) {
    String sql = "select count(*) from information_schema.sessions";
    return await(database.call(connection -> number(connection, sql)));
  }
}
