package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** On the embedded database, which one of the processes serves, and with the lease in a file. */
class H2LossTest extends LossSuite {

  private final Map<Integer, Integer> serverPorts = new HashMap<>();

  @Override
  String database(int port) {
    return "weir.database.url = \"jdbc:h2:file:%s/weir;AUTO_SERVER=TRUE;WRITE_DELAY=0;AUTO_SERVER_PORT=%d\""
        .formatted(data, port);
  }

  @Override
  void served(int node, int port) {
    serverPorts.put(node, port);
  }

  @Test
  void theProcessThatServesTheDatabase() throws Exception {
    int server = server();
    lose(server);
    assertThat(server()).isIn(cluster.living());
  }

  /** The node that serves the file now. */
  private int server() throws IOException {
    Properties lock = new Properties();
    try (var in = Files.newInputStream(data.resolve("weir.lock.db"))) {
      lock.load(in);
    }
    String address = lock.getProperty("server");
    return serverPorts.entrySet().stream()
        .filter(entry -> address.endsWith(":" + entry.getValue()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(address + " is none of " + serverPorts))
        .getKey();
  }

  /** Somebody has it; {@link #lose} shows that it is free once that one is gone. */
  @Override
  boolean holdsTheLease(String address) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      Path lease =
          files.filter(file -> file.toString().endsWith(".lease")).findFirst().orElseThrow();
      try (FileChannel channel = FileChannel.open(lease, StandardOpenOption.WRITE);
          FileLock taken = channel.tryLock()) {
        return taken == null;
      }
    }
  }
}
