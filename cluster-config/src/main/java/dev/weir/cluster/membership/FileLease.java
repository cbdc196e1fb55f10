package dev.weir.cluster.membership;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * A lease for the processes of one machine: the operating system's lock on a file in {@code
 * folder}. It is free the moment its owner dies. Made by Pekko, by name.
 */
public final class FileLease extends PatientLease {

  /** The owners within this process, among whom the operating system does not tell. */
  private static final ConcurrentHashMap<Path, FileLease> OWNERS = new ConcurrentHashMap<>();

  private final Path file;
  private volatile @Nullable FileLock lock;

  public FileLease(LeaseSettings settings, ExtendedActorSystem system) {
    super(settings, system);
    String name = settings.leaseName().replaceAll("[^A-Za-z0-9._-]", "_");
    this.file =
        Path.of(settings.leaseConfig().getString("folder"))
            .toAbsolutePath()
            .normalize()
            .resolve(name + ".lease");
  }

  @Override
  public boolean checkLease() {
    FileLock held = lock;
    return held != null && held.isValid();
  }

  @Override
  Answer take(boolean first) throws IOException {
    if (checkLease()) {
      return Answer.TAKEN;
    }
    if (OWNERS.putIfAbsent(file, this) != null) {
      return Answer.HELD;
    }
    try {
      lock = locked();
    } finally {
      if (lock == null) {
        OWNERS.remove(file, this);
      }
    }
    return lock == null ? Answer.HELD : Answer.TAKEN;
  }

  private @Nullable FileLock locked() throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock taken = channel.tryLock();
      if (taken == null) {
        channel.close();
      }
      return taken;
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  @Override
  void giveBack() throws IOException {
    FileLock held = lock;
    if (held != null) {
      lock = null;
      try {
        held.acquiredBy().close();
      } finally {
        OWNERS.remove(file, this);
      }
    }
  }
}
