package dev.weir.inference.generation;

/**
 * Names one attempt of one step of one response; attempts count from 1.
 *
 * @param races whether it was begun beside another, to race it
 */
public record GenerationId(String responseId, String step, int attempt, boolean races) {

  /** One that races none. */
  public GenerationId(String responseId, String step, int attempt) {
    this(responseId, step, attempt, false);
  }

  /** The same for the attempts that ask again for what an earlier one has lost. */
  public String call() {
    return responseId + "/" + step + (races ? "/" + attempt : "");
  }
}
