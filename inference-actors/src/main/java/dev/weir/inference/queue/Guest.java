package dev.weir.inference.queue;

/**
 * A call that is not in yet, and where its user would stand if it were.
 *
 * @param due what its user would be due
 * @param leeway how far its user might be ahead
 */
record Guest<T>(Place<T> place, double due, double leeway) {}
