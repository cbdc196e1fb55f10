package dev.weir.cluster.database;

/** The engines Weir runs on, told apart by the JDBC URL. */
public enum Dialect {
  H2("jdbc:h2:", "blob"),
  POSTGRESQL("jdbc:postgresql:", "bytea");

  private final String prefix;
  private final String blob;

  Dialect(String prefix, String blob) {
    this.prefix = prefix;
    this.blob = blob;
  }

  /** The column type for opaque bytes, which migrations write as <code>${blob}</code>. */
  String blob() {
    return blob;
  }

  /** The folder of this dialect's own migrations. */
  String folder() {
    return switch (this) {
      case H2 -> "h2";
      case POSTGRESQL -> "postgresql";
    };
  }

  static boolean knows(String url) {
    return url.startsWith(H2.prefix) || url.startsWith(POSTGRESQL.prefix);
  }

  static Dialect of(String url) {
    return url.startsWith(H2.prefix) ? H2 : POSTGRESQL;
  }
}
