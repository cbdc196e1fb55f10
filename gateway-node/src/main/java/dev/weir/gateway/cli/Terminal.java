package dev.weir.gateway.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Where a command reads and writes. Results go to {@code out}; progress and errors to {@code err},
 * so that a pipe carries results only. Thread safe.
 *
 * @param person whether a person types at {@code in}
 * @param screen whether {@code out} is a screen
 * @param redraws whether {@code err} is a screen, on which a line can be drawn again
 */
record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean person,
    boolean screen,
    boolean redraws) {

  private static final String CLEAR = "\r\033[K";

  /** This process's own; the launcher script says which ends are screens. */
  static Terminal ofProcess() {
    List<String> screens = Arrays.asList(System.getProperty("weir.tty", "").split(",", -1));
    return new Terminal(
        System.in,
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        is(screens, 0),
        is(screens, 1),
        is(screens, 2));
  }

  private static boolean is(List<String> screens, int at) {
    return at < screens.size() && screens.get(at).equals("true");
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  void line(String text) {
    clear();
    out.println(text);
  }

  void note(String text) {
    clear();
    err.println(text);
  }

  /** Shows how far a long work is; on a screen the next output takes its place. */
  void progress(String text) {
    if (redraws) {
      err.print(CLEAR + text);
      err.flush();
    } else {
      err.println(text);
    }
  }

  private void clear() {
    if (redraws) {
      err.print(CLEAR);
      err.flush();
    }
  }
}
