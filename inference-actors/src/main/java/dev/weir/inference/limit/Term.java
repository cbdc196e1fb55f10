package dev.weir.inference.limit;

import java.util.Comparator;

/** An owner's time in office: of two, the copies believe the higher one. */
public record Term(long number, String owner) implements Comparable<Term> {

  static final Term NONE = new Term(0, "");

  private static final Comparator<Term> ORDER =
      Comparator.comparingLong(Term::number).thenComparing(Term::owner);

  @Override
  public int compareTo(Term other) {
    return ORDER.compare(this, other);
  }

  boolean isAfter(Term other) {
    return compareTo(other) > 0;
  }

  /** The first term of {@code owner} that all copies that know of this one believe. */
  Term next(String owner) {
    return new Term(number + 1, owner);
  }
}
