package dev.weir.inference.provider.builtin.extract.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Ranks passages by how well they answer a question: BM25 (Robertson and Zaragoza, "The
 * Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3), with a share of the
 * neighbours' and the heading's score, since a sentence often leans on the one before it, and a
 * small bonus for the kind of fact that is asked for.
 */
public final class Ranking {

  /**
   * One ranked passage.
   *
   * @param coverage the share of the question's terms, weighted by rarity, that it has, 0 to 1
   */
  public record Hit(int passage, double score, double coverage) {}

  private static final double K1 = 1.2;
  private static final double B = 0.75;
  private static final double NEIGHBOUR = 0.25;
  private static final double RIGHT_KIND = 1.25;

  /**
   * Names of what is asked for, which an answer need not say: "red" is a colour without the word.
   */
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "colour", "color", "kind", "type", "sort", "size", "name", "number", "age", "height",
          "length", "weight", "price", "place", "time", "date", "day", "year", "month", "farbe",
          "couleur", "cor", "colore", "kleur");

  /** What was said later wins between equals, by this much a text. */
  private static final double RECENCY = 0.001;

  private final Corpus corpus;
  private final int[] query;
  private final double[] idf;
  private final double total;

  private Ranking(Corpus corpus, String question, Set<String> ignored) {
    this.corpus = corpus;
    List<String> wanted = new ArrayList<>(queryTerms(corpus, question, ignored));
    this.query = wanted.stream().mapToInt(corpus::number).toArray();
    this.idf = new double[query.length];
    double sum = 0;
    for (int at = 0; at < query.length; at++) {
      int df = corpus.frequency(query[at]);
      idf[at] = Math.log(1 + (corpus.size() - df + 0.5) / (df + 0.5));
      sum += idf[at];
    }
    this.total = sum;
  }

  /**
   * The passages with at least one term of {@code question}, best first; equals in order of the
   * texts.
   *
   * @param ignored words of the question that say what to do, not what about
   */
  public static List<Hit> of(Corpus corpus, String question, Set<String> ignored) {
    return new Ranking(corpus, question, ignored).hits(AnswerKind.of(question));
  }

  /** How many terms of {@code question} carry meaning. */
  public static int weight(Corpus corpus, String question, Set<String> ignored) {
    return queryTerms(corpus, question, ignored).size();
  }

  private static Set<String> queryTerms(Corpus corpus, String question, Set<String> ignored) {
    Set<String> all = new LinkedHashSet<>();
    Set<String> content = new LinkedHashSet<>();
    Set<String> named = new LinkedHashSet<>();
    for (String word : Words.plain(question)) {
      String term = Stem.of(word);
      if (!AnswerKind.isQuestionWord(word) && !ignored.contains(word)) {
        all.add(term);
        if (!corpus.stopWords().contains(word) && !StopWords.isEnglish(word)) {
          content.add(term);
          if (!ATTRIBUTES.contains(word) || corpus.frequency(corpus.number(term)) > 0) {
            named.add(term);
          }
        }
      }
    }
    return !named.isEmpty() ? named : content.isEmpty() ? all : content;
  }

  private List<Hit> hits(AnswerKind kind) {
    double[] own = new double[corpus.size()];
    double[] coverage = new double[corpus.size()];
    double average = averageLength();
    for (int at = 0; at < corpus.size(); at++) {
      score(at, average, own, coverage);
    }
    List<Hit> hits = new ArrayList<>();
    for (int at = 0; at < corpus.size(); at++) {
      double score = own[at] + lent(own, at);
      if (score > 0) {
        hits.add(hit(at, score, own[at] > 0, kind, coverage));
      }
    }
    hits.sort(Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(Hit::passage));
    return hits;
  }

  private Hit hit(int at, double score, boolean own, AnswerKind kind, double[] coverage) {
    Passage passage = corpus.passage(at);
    double factor = passage.origin().weight() * (1 + RECENCY * passage.source());
    if (own && kind.isIn(passage.sentence().text())) {
      factor *= RIGHT_KIND;
    }
    if (passage.sentence().asks() || !own) {
      factor *= 0.5;
    }
    double before = precedes(at) ? coverage[at - 1] / 2 : 0;
    return new Hit(at, score * factor, Math.min(1, coverage[at] + (own ? before / 2 : before)));
  }

  private void score(int at, double average, double[] own, double[] coverage) {
    int[] terms = corpus.terms(at);
    double norm = K1 * (1 - B + B * terms.length / average);
    double covered = 0;
    for (int q = 0; q < query.length; q++) {
      int tf = 0;
      for (int term : terms) {
        if (term == query[q]) {
          tf++;
        }
      }
      if (tf > 0) {
        own[at] += idf[q] * tf * (K1 + 1) / (tf + norm);
        covered += idf[q];
      }
    }
    coverage[at] = total > 0 ? covered / total : 0;
  }

  private double lent(double[] own, int at) {
    double lent = precedes(at) ? own[at - 1] * NEIGHBOUR : 0;
    if (at + 1 < own.length && precedes(at + 1) && own[at] > 0) {
      lent += own[at + 1] * NEIGHBOUR / 2;
    }
    return lent;
  }

  private boolean precedes(int at) {
    return at > 0 && corpus.passage(at - 1).source() == corpus.passage(at).source();
  }

  private double averageLength() {
    long sum = 0;
    for (int at = 0; at < corpus.size(); at++) {
      sum += corpus.terms(at).length;
    }
    return Math.max(1.0, sum / (double) Math.max(1, corpus.size()));
  }
}
