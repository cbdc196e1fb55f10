package dev.weir.inference.item;

/** How far an item has come. */
public enum ItemStatus {
  IN_PROGRESS,
  COMPLETED,
  INCOMPLETE
}
