package dev.weir.cluster.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseSettingsTest {

  @Test
  void hasDefaults() {
    assertThat(DatabaseSettings.from(ConfigFactory.load("nothing")))
        .isEqualTo(
            new DatabaseSettings(
                "jdbc:h2:file:./data/weir;AUTO_SERVER=TRUE;WRITE_DELAY=0",
                "weir",
                "",
                9,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30)));
  }

  @Test
  void readsEveryKey() {
    assertThat(
            read(
                "url = \"jdbc:postgresql://db/weir\", user = u, password = p, pool-size = 4,"
                    + " patience = 1s, start-patience = 2s"))
        .isEqualTo(
            new DatabaseSettings(
                "jdbc:postgresql://db/weir",
                "u",
                "p",
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({
    "url, 'url = \"jdbc:mysql://x\"'",
    "url, 'url = \"jdbc:postgresql://x/y?password=secret\"'",
    "url, 'url = \"jdbc:h2:./x;PASSWORD=secret\"'",
    "pool-size, pool-size = 11",
    "pool-size, pool-size = 1",
    "patience, patience = 0s",
    "start-patience, start-patience = 0s"
  })
  void refusesWithTheNameOfTheKey(String key, String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.database." + key)
        .hasMessageNotContaining("secret");
  }

  @Test
  void neverShowsThePassword() {
    assertThat(read("password = secret").toString()).doesNotContain("secret");
  }

  @Test
  void knowsTheFileOfAnH2Url() {
    assertThat(Urls.file("jdbc:h2:file:/a/b;AUTO_SERVER=TRUE")).contains(Path.of("/a/b"));
    assertThat(Urls.file("jdbc:h2:/a/b")).contains(Path.of("/a/b"));
    assertThat(Urls.file("jdbc:h2:mem:x")).isEmpty();
    assertThat(Urls.file("jdbc:postgresql://h/d")).isEmpty();
  }

  @Test
  void addsWhatKeepsAcknowledgedWrites() {
    assertThat(Urls.complete("jdbc:h2:/a/b"))
        .isEqualTo("jdbc:h2:/a/b;WRITE_DELAY=0;TRACE_LEVEL_FILE=0");
    assertThat(Urls.complete("jdbc:h2:/a/b;write_delay=0;trace_level_file=0"))
        .isEqualTo("jdbc:h2:/a/b;write_delay=0;trace_level_file=0");
  }

  private static DatabaseSettings read(String keys) {
    return DatabaseSettings.from(
        ConfigFactory.parseString("weir.database { " + keys + " }")
            .withFallback(ConfigFactory.load("nothing"))
            .resolve());
  }
}
