package dev.weir.gateway.node;

import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts one node: {@code Main [FILE]}, the environment over a configuration file over the
 * defaults.
 */
public final class Main {

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  /** Exit code of a node that could not start; the last line on standard error says why. */
  private static final int BAD_CONFIGURATION = 78;

  private Main() {}

  public static void main(String[] args) {
    embeddedDatabaseStaysHome();
    try {
      Configuration configuration =
          Configuration.load(Arrays.stream(args).findFirst().map(Path::of), System.getenv());
      configuration.warnings().forEach(LOG::warn);
      Node node = Node.start(configuration.config()).toCompletableFuture().join();
      leavesWhenTold(node);
      System.out.println("Weir is ready: " + node.url());
    } catch (ConfigException | IllegalArgumentException wrong) {
      fail(wrong.getMessage());
    } catch (CompletionException failed) {
      fail(String.valueOf(failed.getCause().getMessage()));
    } catch (Exception failed) {
      fail(failed.toString());
    }
  }

  /** H2 shares its file through a server, which would otherwise listen on every address. */
  private static void embeddedDatabaseStaysHome() {
    if (System.getProperty("h2.bindAddress") == null) {
      System.setProperty("h2.bindAddress", "127.0.0.1");
    }
  }

  /** In order, with exit code 0; the JVM's own way would give that of the signal. */
  private static void leavesWhenTold(Node node) {
    Signals.on("TERM", node::stop);
    Signals.on("INT", node::stop);
  }

  private static void fail(String message) {
    System.err.println("Weir did not start: " + message);
    System.exit(BAD_CONFIGURATION);
  }
}
