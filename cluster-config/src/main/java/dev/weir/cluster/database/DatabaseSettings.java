package dev.weir.cluster.database;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the node keeps its state; {@code weir.database}. Its text form never shows the password.
 *
 * @param url {@code jdbc:h2:…} or {@code jdbc:postgresql:…}, without a password
 * @param poolSize connections this node holds at most, journal included
 * @param patience how long a call waits for a database that is away, and for the answer to one
 *     statement
 * @param startPatience how long the start waits for it, and for another node that migrates it
 */
public record DatabaseSettings(
    String url,
    String user,
    String password,
    int poolSize,
    Duration patience,
    Duration startPatience) {

  private static final String PATH = "weir.database.";
  private static final Pattern PASSWORD = Pattern.compile("[?&;](ssl)?password=");

  public DatabaseSettings {
    check(
        !PASSWORD.matcher(url.toLowerCase(Locale.ROOT)).find(),
        PATH + "url",
        "(hidden)",
        "the URL must not hold a password; put it in " + PATH + "password");
    check(Dialect.knows(url), PATH + "url", url, "expected jdbc:h2:… or jdbc:postgresql:…");
    check(
        poolSize >= 2 && poolSize <= 10,
        PATH + "pool-size",
        poolSize,
        "expected 2 to 10: half of them serve the journal");
    check(positive(patience), PATH + "patience", patience, "expected more than 0");
    check(positive(startPatience), PATH + "start-patience", startPatience, "expected more than 0");
  }

  /** Reads {@code weir.database} of the whole configuration. */
  public static DatabaseSettings from(Config root) {
    Config config = root.getConfig("weir.database");
    return new DatabaseSettings(
        config.getString("url"),
        config.getString("user"),
        config.getString("password"),
        config.getInt("pool-size"),
        config.getDuration("patience"),
        config.getDuration("start-patience"));
  }

  public Dialect dialect() {
    return Dialect.of(url);
  }

  /** Connections set aside for the journal; the rest serve {@link Database#call}. */
  public int journalConnections() {
    return poolSize / 2;
  }

  /** What the PostgreSQL driver is told: no answer within the patience is a lost connection. */
  Map<String, String> postgres() {
    long seconds = Math.max(1, (patience.toMillis() + 999) / 1000);
    return Map.of(
        "ApplicationName", "weir",
        "connectTimeout", "5",
        "socketTimeout", "" + seconds,
        "tcpKeepAlive", "true");
  }

  @Override
  public String toString() {
    return "DatabaseSettings[url=%s, user=%s, poolSize=%d, patience=%s, startPatience=%s]"
        .formatted(url, user, poolSize, patience, startPatience);
  }

  private static boolean positive(Duration duration) {
    return duration.isPositive();
  }
}
