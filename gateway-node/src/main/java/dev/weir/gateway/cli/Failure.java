package dev.weir.gateway.cli;

import java.io.Serial;

/** What went wrong and what helps, in words for the terminal. */
final class Failure extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  Failure(String message) {
    super(message);
  }
}
