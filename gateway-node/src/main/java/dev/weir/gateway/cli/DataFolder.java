package dev.weir.gateway.cli;

import dev.weir.cluster.error.WeirException;
import dev.weir.gateway.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the launcher keeps in a data folder: {@code nodes/K.json} while node K is meant to run, its
 * configuration {@code nodes/K.conf} and its log {@code logs/node-K.log}.
 */
final class DataFolder {

  private final Path root;

  DataFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  Path root() {
    return root;
  }

  Path conf(int number) {
    return root.resolve("nodes").resolve(number + ".conf");
  }

  Path log(int number) {
    return root.resolve("logs").resolve("node-" + number + ".log");
  }

  private Path record(int number) {
    return root.resolve("nodes").resolve(number + ".json");
  }

  /** Every node that was started and not yet stopped, by number; it may have died meanwhile. */
  List<NodeRecord> nodes() {
    Path folder = root.resolve("nodes");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+\\.json"))
          .flatMap(file -> read(file).stream())
          .sorted(Comparator.comparingInt(NodeRecord::number))
          .toList();
    } catch (IOException e) {
      throw new Failure("The folder " + folder + " cannot be read: " + e.getMessage());
    }
  }

  Optional<NodeRecord> node(int number) {
    return read(record(number));
  }

  private static Optional<NodeRecord> read(Path file) {
    try {
      return Optional.of(NodeRecord.from(Json.readObject(Files.readAllBytes(file))));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (IOException | WeirException broken) {
      throw new Failure(
          "The file "
              + file
              + " cannot be read: "
              + broken.getMessage()
              + " Remove it, and end its"
              + " process if it still runs.");
    }
  }

  /** Writes a node's record so that a reader sees all of it or none. */
  void write(NodeRecord node) {
    Path temporary = record(node.number()).resolveSibling(node.number() + ".json.new");
    try {
      Files.write(temporary, node.toJson());
      Files.move(
          temporary,
          record(node.number()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Writes a node's configuration. */
  void write(NodeRecord node, NodeConf conf) {
    try {
      Files.writeString(conf(node.number()), conf.text());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private Failure unwritable(IOException e) {
    return new Failure("The data folder " + root + " cannot be written: " + e + ".");
  }

  /** Forgets {@code node}, but not another that has its number since. */
  void remove(NodeRecord node) {
    if (node(node.number()).filter(known -> known.pid() == node.pid()).isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(record(node.number()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes that {@code node} is told to go, so that nobody takes its end for a crash. */
  void stopping(NodeRecord node) {
    if (node(node.number()).filter(known -> known.pid() == node.pid()).isPresent()) {
      write(node.asStopping());
    }
  }

  /** Makes what is missing of the folder. */
  void create() {
    try {
      Files.createDirectories(root.resolve("nodes"));
      Files.createDirectories(root.resolve("logs"));
    } catch (IOException e) {
      throw new Failure(
          "The data folder "
              + root
              + " cannot be made ("
              + e.getMessage()
              + "): choose another with --data.");
    }
  }

  /** Does {@code work} while no other command can start nodes here. */
  <T> T locked(Supplier<T> work) {
    create();
    Path file = root.resolve("nodes").resolve("lock");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!isMine(channel)) {
        throw new Failure(
            "Another command is starting nodes in "
                + root
                + ": wait for it, or choose another folder with --data.");
      }
      return work.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lock ends with the channel. */
  private static boolean isMine(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }
}
