package dev.weir.inference.item;

/** Who speaks. {@code DEVELOPER} ranks as {@code SYSTEM} where an upstream knows only one. */
public enum Role {
  USER,
  ASSISTANT,
  SYSTEM,
  DEVELOPER
}
