package dev.weir.inference.batch;

/** The inputs number {@code from} to {@code to}, exclusive, of one call. */
public record Slice<T>(T call, int from, int to) {

  public int size() {
    return to - from;
  }
}
