package dev.weir.inference.provider.builtin.extract;

import java.util.List;

/** What the engine answers: words, or calls of functions. */
sealed interface Reply {

  record Words(String text) implements Reply {}

  record Calls(List<Call> calls) implements Reply {
    public Calls {
      calls = List.copyOf(calls);
    }
  }

  /** One call; {@code arguments} is JSON text. */
  record Call(String name, String arguments) {}
}
