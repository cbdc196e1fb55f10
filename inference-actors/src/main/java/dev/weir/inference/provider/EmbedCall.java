package dev.weir.inference.provider;

import java.util.List;

/**
 * Texts to be turned into vectors.
 *
 * @param inputs in order; none is empty
 * @param dimensions how long each vector shall be; 0 leaves it to the model
 */
public record EmbedCall(List<String> inputs, int dimensions) {

  public EmbedCall {
    inputs = List.copyOf(inputs);
  }
}
