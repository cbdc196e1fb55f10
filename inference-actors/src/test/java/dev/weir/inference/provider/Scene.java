package dev.weir.inference.provider;

/** What an upstream does in one test of the contract. */
public sealed interface Scene {

  /** Answers with that many tokens and says what they cost. */
  record Answers(int tokens) implements Scene {}

  /** Answers with one call of this tool, with the arguments {@code {}}. */
  record CallsTool(String name) implements Scene {}

  /** Loses the connection after that many tokens. */
  record DropsAfter(int tokens) implements Scene {}

  /** Falls silent after that many tokens. */
  record StallsAfter(int tokens) implements Scene {}

  /** Sends rubbish after that many tokens. */
  record SpeaksRubbishAfter(int tokens) implements Scene {}

  /** Refuses: too many requests; try again in one second. */
  record LimitsTheRate() implements Scene {}

  /** Refuses: it failed. */
  record Fails() implements Scene {}

  /** Refuses: the key is wrong. */
  record RefusesTheKey() implements Scene {}

  /** Refuses: the input is too long. */
  record RefusesTheLength() implements Scene {}
}
