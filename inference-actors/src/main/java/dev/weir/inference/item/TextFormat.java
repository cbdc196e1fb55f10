package dev.weir.inference.item;

/** The shape the answer's text must have. */
public sealed interface TextFormat {

  /** Any text. */
  record Plain() implements TextFormat {}

  /** Any JSON object. */
  record JsonObject() implements TextFormat {}

  /** JSON that matches {@code schema}, itself JSON text. */
  record JsonSchema(String name, String description, String schema, boolean strict)
      implements TextFormat {}
}
