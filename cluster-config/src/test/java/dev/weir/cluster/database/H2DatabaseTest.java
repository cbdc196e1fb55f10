package dev.weir.cluster.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2DatabaseTest extends DatabaseSuite {

  @TempDir private Path folder;

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.h2(folder);
  }

  @Test
  void survivesTheKillOfTheProcessThatServesTheFile() throws IOException {
    try (Child child = Child.start(Server.class, folder.toString());
        BufferedReader lines = child.lines()) {
      assertThat(lines.readLine()).isEqualTo("serving");
      try (Database database = Database.open(fresh())) {
        await(database.call(c -> update(c, "insert into probe (id) values (1)")));
        child.kill();
        await(database.call(c -> update(c, "merge into probe (id) key (id) values (2)")));
        assertThat(probes(database)).isEqualTo(2);
      }
    }
  }

  @Test
  void acknowledgedWritesSurviveTheKillOfTheirWriter() throws IOException {
    int acknowledged = 0;
    try (Child child = Child.start(Writer.class, folder.toString());
        BufferedReader lines = child.lines()) {
      while (acknowledged < 200) {
        acknowledged = Integer.parseInt(lines.readLine());
      }
      child.kill();
    }
    try (Database database = Database.open(fresh())) {
      assertThat(probes(database)).isGreaterThanOrEqualTo(acknowledged);
    }
  }

  @Test
  void worksWhileItsProcessShutsDown() throws IOException {
    try (Child child = Child.start(Leaver.class, folder.toString());
        BufferedReader lines = child.lines()) {
      assertThat(lines.readLine()).isEqualTo("stored while leaving");
    }
  }

  @Test
  void serverListensOnLoopbackOnly() throws IOException {
    try (Database database = Database.open(fresh())) {
      assertThat(probes(database)).isZero();
      Properties lock = new Properties();
      try (Reader reader = Files.newBufferedReader(folder.resolve("weir.lock.db"))) {
        lock.load(reader);
      }
      int port = Integer.parseInt(lock.getProperty("server").replaceAll(".*:", ""));
      assertThat(connects(InetAddress.getLoopbackAddress(), port)).isTrue();
      assertThat(outside()).noneMatch(address -> connects(address, port));
    }
  }

  private static List<InetAddress> outside() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress())
        .toList();
  }

  private static boolean connects(InetAddress address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1_000);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void waitsForAnotherNodesMigrationNoLongerThanItMay() throws IOException {
    try (Child child = Child.start(Migrator.class, folder.toString());
        BufferedReader lines = child.lines()) {
      assertThat(lines.readLine()).isEqualTo("migrating");
      assertThatThrownBy(() -> Database.open(hasty(fresh())))
          .satisfies(DatabaseSuite::assertUnavailable);
    }
  }

  /** Begins to migrate, and never ends. */
  static final class Migrator {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      Path lock = Path.of(arguments[0], "weir.migration.lock");
      try (FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        System.out.println(channel.lock().isValid() ? "migrating" : "not locked");
        Thread.currentThread().join();
      }
    }
  }

  /** Opens the file first, so that others reach it through this process. */
  static final class Server {
    public static void main(String[] arguments) throws InterruptedException {
      Database database = Database.open(TestDatabase.h2(Path.of(arguments[0])));
      await(database.call(c -> count(c, "probe")));
      System.out.println("serving");
      Thread.currentThread().join();
    }
  }

  /** Tells each write once it is acknowledged. */
  static final class Writer {
    public static void main(String[] arguments) {
      Database database = Database.open(TestDatabase.h2(Path.of(arguments[0])));
      for (int id = 1; id < 1_000_000; id++) {
        String insert = "insert into probe (id) values (" + id + ")";
        await(database.transaction(c -> update(c, insert)));
        System.out.println(id);
      }
    }
  }

  /** Writes from a shutdown hook, after H2's own hook has closed the file. */
  static final class Leaver {
    public static void main(String[] arguments) throws Exception {
      DatabaseSettings settings = TestDatabase.h2(Path.of(arguments[0]));
      Database database = Database.open(settings);
      await(database.call(c -> update(c, "insert into probe (id) values (1)")));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> lateWrite(database)));
      System.exit(0);
    }

    private static void lateWrite(Database database) {
      for (int id = 2; id < 300; id++) {
        String insert = "merge into probe (id) key (id) values (" + id + ")";
        await(database.call(c -> update(c, insert)));
      }
      System.out.println(probes(database) == 299 ? "stored while leaving" : "lost");
    }
  }
}
