package dev.weir.orchestrator.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

/** The settings of Pekko Persistence that every Weir node shares. */
public final class PersistenceConfig {

  private PersistenceConfig() {}

  /** To be laid over the libraries' own defaults; holds no substitutions. */
  public static Config overlay() {
    return ConfigFactory.parseResources(
        PersistenceConfig.class.getClassLoader(), "weir-persistence.conf");
  }
}
