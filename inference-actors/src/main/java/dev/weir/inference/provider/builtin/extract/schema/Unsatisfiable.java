package dev.weir.inference.provider.builtin.extract.schema;

/** No value was found that a schema accepts, or the search for one took too many steps. */
final class Unsatisfiable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  Unsatisfiable(String reason) {
    super(reason, null, false, false);
  }
}
