package dev.weir.inference.queue;

import java.util.Iterator;
import java.util.SequencedCollection;

/** A user whose turn may be next. */
interface Candidate {

  /** How many of the first in order are looked at. */
  int LOOKED_AT = 32;

  /** What it was served and is about to be, weighted. */
  double due();

  /** How many of its calls wait. */
  int waiting();

  /** How far it may be ahead of the first and still have its turn before it. */
  double leeway();

  /**
   * Who is next: of those who are not too far ahead of the first, who waits for the fewest calls.
   * So one that asks for its share and no more does not wait for a burst because it was served a
   * token more.
   *
   * @param inOrder the least due first; not empty
   */
  static <C extends Candidate> C next(SequencedCollection<C> inOrder) {
    C next = inOrder.getFirst();
    double least = next.due();
    Iterator<C> others = inOrder.iterator();
    for (int looked = 0; looked < LOOKED_AT && others.hasNext(); looked++) {
      C other = others.next();
      if (other.waiting() < next.waiting() && other.due() <= least + other.leeway()) {
        next = other;
      }
    }
    return next;
  }
}
