package dev.weir.gateway.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.util.concurrent.CompletionException;

/** Starts one node: {@code Main [FILE]}, a configuration file over the defaults. */
public final class Main {

  private static final int BAD_CONFIGURATION = 78;

  private Main() {}

  public static void main(String[] args) {
    try {
      Config config =
          args.length == 0
              ? ConfigFactory.load()
              : ConfigFactory.load(ConfigFactory.parseFile(new File(args[0]).getAbsoluteFile()));
      Node node = Node.start(config).toCompletableFuture().join();
      System.out.println("Weir is ready: http://127.0.0.1:" + node.port());
    } catch (ConfigException | IllegalArgumentException wrong) {
      fail(wrong.getMessage());
    } catch (CompletionException failed) {
      fail(String.valueOf(failed.getCause().getMessage()));
    }
  }

  private static void fail(String message) {
    System.err.println("Weir did not start: " + message);
    System.exit(BAD_CONFIGURATION);
  }
}
