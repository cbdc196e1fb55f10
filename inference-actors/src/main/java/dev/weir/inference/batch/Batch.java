package dev.weir.inference.batch;

import java.util.List;

/**
 * One upstream call: the inputs of these slices, one after the other.
 *
 * @param dimensions what all of them ask for
 */
public record Batch<T>(int dimensions, List<Slice<T>> slices) {

  public Batch {
    slices = List.copyOf(slices);
  }

  /** How many inputs. */
  public int size() {
    return slices.stream().mapToInt(Slice::size).sum();
  }

  /** Its first calls and its last; of several, so that neither is empty. */
  List<Batch<T>> halves() {
    int middle = slices.size() / 2;
    return List.of(
        new Batch<>(dimensions, slices.subList(0, middle)),
        new Batch<>(dimensions, slices.subList(middle, slices.size())));
  }

  /** The same without {@code call}. */
  Batch<T> without(T call) {
    return new Batch<>(
        dimensions, slices.stream().filter(slice -> !slice.call().equals(call)).toList());
  }
}
