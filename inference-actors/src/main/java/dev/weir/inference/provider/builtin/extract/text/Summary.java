package dev.weir.inference.provider.builtin.extract.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the sentences that say most of a text with least repetition.
 *
 * <p>A sentence is central when it is near the centroid of all sentences (Radev, Jing, Styś, Tam:
 * "Centroid-based summarization of multiple documents", Information Processing and Management 40,
 * 2004), with a bonus for early sentences and for the words of a focus. Sentences are taken one by
 * one by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), which discounts what
 * resembles those already taken. Only the {@value #CANDIDATES} most central ones compete, so the
 * work is linear in the text.
 */
public final class Summary {

  private static final int CANDIDATES = 200;
  private static final double LAMBDA = 0.7;
  private static final double POSITION = 0.25;
  private static final double FOCUS = 0.6;
  private static final int TOO_SHORT = 4;
  private static final int TOO_LONG = 60;

  private final Corpus corpus;
  private final double[] idf;
  private final boolean[] stopped;

  /** A sentence in the running: its vector of weighted terms, of length 1. */
  private record Candidate(int passage, Map<Integer, Double> vector, double relevance) {}

  private Summary(Corpus corpus) {
    this.corpus = corpus;
    this.stopped = corpus.stopped();
    this.idf = new double[corpus.vocabulary()];
    for (int term = 0; term < idf.length; term++) {
      idf[term] = stopped[term] ? 0 : Math.log(1 + corpus.size() / (double) corpus.frequency(term));
    }
  }

  /**
   * The numbers of the passages to say, in order of the text.
   *
   * @param focus what the summary is asked about; blank for everything
   */
  public static List<Integer> of(Corpus corpus, String focus, Length length) {
    Summary summary = new Summary(corpus);
    return summary.choose(summary.candidates(focus), length);
  }

  private List<Candidate> candidates(String focus) {
    double[] centroid = centroid();
    double[] relevance = new double[corpus.size()];
    for (int at = 0; at < corpus.size(); at++) {
      relevance[at] = relevance(at, centroid);
    }
    for (Ranking.Hit hit :
        focus.isBlank() ? List.<Ranking.Hit>of() : Ranking.of(corpus, focus, Set.of())) {
      relevance[hit.passage()] += relevance[hit.passage()] > 0 ? FOCUS * hit.coverage() : 0;
    }
    List<Integer> order = new ArrayList<>();
    for (int at = 0; at < relevance.length; at++) {
      if (relevance[at] > 0) {
        order.add(at);
      }
    }
    order.sort(
        Comparator.comparingDouble((Integer at) -> relevance[at])
            .reversed()
            .thenComparing(at -> at));
    return order.stream()
        .limit(CANDIDATES)
        .map(at -> new Candidate(at, vector(at), relevance[at]))
        .toList();
  }

  private double[] centroid() {
    double[] centroid = new double[idf.length];
    for (int at = 0; at < corpus.size(); at++) {
      for (int term : corpus.terms(at)) {
        centroid[term] += idf[term] / corpus.size();
      }
    }
    double norm = Math.sqrt(Arrays.stream(centroid).map(weight -> weight * weight).sum());
    return norm == 0 ? centroid : Arrays.stream(centroid).map(weight -> weight / norm).toArray();
  }

  private double relevance(int at, double[] centroid) {
    Passage passage = corpus.passage(at);
    Sentence sentence = passage.sentence();
    boolean says = sentence.kind() == Sentence.Kind.PROSE || sentence.kind() == Sentence.Kind.ITEM;
    if (!says) {
      return 0;
    }
    double cosine = 0;
    for (Map.Entry<Integer, Double> term : vector(at).entrySet()) {
      cosine += term.getValue() * centroid[term.getKey()];
    }
    int words = corpus.terms(at).length;
    double shape =
        words < TOO_SHORT || words > TOO_LONG || sentence.announces() || sentence.asks() ? 0.4 : 1;
    return (cosine + POSITION / (1 + passage.order())) * shape + 1e-9;
  }

  private Map<Integer, Double> vector(int at) {
    Map<Integer, Double> vector = new HashMap<>();
    for (int term : corpus.terms(at)) {
      if (!stopped[term]) {
        vector.merge(term, idf[term], Double::sum);
      }
    }
    double norm = Math.sqrt(vector.values().stream().mapToDouble(weight -> weight * weight).sum());
    vector.replaceAll((term, weight) -> weight / norm);
    return vector;
  }

  private List<Integer> choose(List<Candidate> candidates, Length length) {
    List<Candidate> left = new ArrayList<>(candidates);
    double[] likeness = new double[corpus.size()];
    List<Integer> chosen = new ArrayList<>();
    Length.Room room = length.room(corpus.size());
    while (!left.isEmpty() && room.isOpen()) {
      Candidate best =
          left.stream().max(Comparator.comparingDouble(c -> marginal(c, likeness))).orElseThrow();
      left.remove(best);
      if (likeness[best.passage()] < 0.95
          && room.take(corpus.passage(best.passage()).sentence().text())) {
        chosen.add(best.passage());
        left.forEach(c -> likeness[c.passage()] = Math.max(likeness[c.passage()], cosine(c, best)));
      }
    }
    return chosen.stream().sorted().toList();
  }

  private static double marginal(Candidate candidate, double[] likeness) {
    return LAMBDA * candidate.relevance() - (1 - LAMBDA) * likeness[candidate.passage()];
  }

  private static double cosine(Candidate a, Candidate b) {
    double cosine = 0;
    for (Map.Entry<Integer, Double> term : a.vector().entrySet()) {
      cosine += term.getValue() * b.vector().getOrDefault(term.getKey(), 0.0);
    }
    return cosine;
  }
}
