package dev.weir.inference.provider;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;

/** Deployments as configuration makes them. */
public final class Tested {

  private Tested() {}

  /** One that is called {@code tested} and has these options (HOCON). */
  public static Deployment deployment(String options) {
    return Catalog.from(
            ConfigFactory.parseString("deployments { tested { " + options + " } }")
                .withFallback(ConfigFactory.load().getConfig("weir")))
        .deployment("tested")
        .orElseThrow();
  }
}
