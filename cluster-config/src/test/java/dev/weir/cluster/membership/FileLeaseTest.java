package dev.weir.cluster.membership;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class FileLeaseTest extends LeaseSuite {

  @TempDir private Path folder;

  @Override
  Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "test.lease.lease-class",
                FileLease.class.getName(),
                "test.lease.folder",
                folder.toString(),
                "test.lease.lease-operation-timeout",
                "6s",
                "test.impatient.lease-operation-timeout",
                "500ms"))
        .withFallback(ConfigFactory.parseString("test.impatient = ${test.lease}"))
        .resolve();
  }
}
