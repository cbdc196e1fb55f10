package dev.weir.inference.provider.builtin.extract.text;

/**
 * A sentence and where it was said.
 *
 * @param source number of the text it stands in
 * @param order number of the sentence in that text
 */
public record Passage(Sentence sentence, Origin origin, int source, int order) {

  /** Who said a text, and how much a sentence of it weighs as an answer. */
  public enum Origin {
    QUESTION_MESSAGE(1.0),
    USER(1.0),
    TOOL(1.0),
    INSTRUCTIONS(0.8),
    ASSISTANT(0.7);

    private final double weight;

    Origin(double weight) {
      this.weight = weight;
    }

    double weight() {
      return weight;
    }
  }
}
