package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

  @TempDir private Path folder;

  @Test
  void theEnvironmentIsOverTheFileAndTheFileOverTheDefaults() throws IOException {
    Path file = folder.resolve("weir.conf");
    Files.writeString(file, "weir.http { port = 1000, host = localhost }");

    Config config =
        Configuration.load(Optional.of(file), Map.of("WEIR_HTTP_PORT", "2000")).config();

    assertThat(config.getInt("weir.http.port")).isEqualTo(2000);
    assertThat(config.getString("weir.http.host")).isEqualTo("localhost");
    assertThat(config.getInt("weir.admin.port")).isEqualTo(9080);
  }

  @Test
  void theDatabaseFollowsTheDataFolderOfTheEnvironment() {
    Config config = Configuration.load(Optional.empty(), Map.of("WEIR_DATA", "/srv/weir")).config();

    assertThat(config.getString("weir.database.url")).startsWith("jdbc:h2:file:/srv/weir/weir;");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.conf");
    assertThatThrownBy(() -> Configuration.load(Optional.of(missing), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(missing.toString());
  }
}
