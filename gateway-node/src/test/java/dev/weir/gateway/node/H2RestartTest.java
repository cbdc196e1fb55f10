package dev.weir.gateway.node;

import java.nio.file.Path;

class H2RestartTest extends RestartSuite {

  /** The embedded database is a file in the node's own folder. */
  @Override
  String database(Path data) {
    return "";
  }
}
