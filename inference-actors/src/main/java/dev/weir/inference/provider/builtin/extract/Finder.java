package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.provider.builtin.extract.text.Corpus;
import dev.weir.inference.provider.builtin.extract.text.Length;
import dev.weir.inference.provider.builtin.extract.text.Passage;
import dev.weir.inference.provider.builtin.extract.text.Passage.Origin;
import dev.weir.inference.provider.builtin.extract.text.Ranking;
import dev.weir.inference.provider.builtin.extract.text.Ranking.Hit;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the passages that answer a question, or says honestly that there are none: a passage must
 * hold a fair share of what the question is about. A heading or an announcement brings what follows
 * it; a sentence that leans on the one before ("It was …") brings that one.
 */
final class Finder {

  private static final Set<String> TALK =
      Set.copyOf(
          List.of(
              ("text document article passage following above below according say says said mention"
                   + " mentions mentioned explain describe list give find answer question remember"
                   + " tell show context information sentence sentences word words short brief"
                   + " briefly please frage bitte nenne erkläre satz sätze sätzen explique phrase"
                   + " phrases frase")
                  .split(" ", -1)));

  private static final Pattern LEANS =
      Pattern.compile(
          "(?:It|He|She|They|This|These|Those|Its|His|Her|Their|Er|Sie|Es|Il|Elle)(?![\\p{L}\\p{N}]).*");
  private static final Pattern FIRST_PERSON =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}])(?:I|I'm|I’m|[Mm]y|[Ww]e|[Oo]ur|[Ii]ch|[Mm]eine?|je|[Mm]on|[Mm]a|[Mm]i|[Yy]o)(?![\\p{L}\\p{N}])");
  private static final Pattern UNSPACED =
      Pattern.compile("[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}]");

  private static final int SENTENCES = 3;
  private static final int LISTED = 8;
  private static final int TRIED = 100;
  private static final double NEAR_THE_BEST = 0.75;
  private static final double SAME = 0.8;

  private final Corpus corpus;
  private final Length length;
  private final boolean ownText;

  /**
   * @param ownText whether the question came with a text, so that a weaker match will do
   */
  Finder(Corpus corpus, Length length, boolean ownText) {
    this.corpus = corpus;
    this.length = length;
    this.ownText = ownText;
  }

  /** Whether {@code question} is about something, not only about "the text". */
  boolean isAboutSomething(String question) {
    return Ranking.weight(corpus, question, TALK) > 0;
  }

  /** The passages to say, best first; none when the texts have no answer. */
  List<Passage> find(String question) {
    double floor = floor(question);
    double best = 0;
    List<Integer> chosen = new ArrayList<>();
    for (Hit hit : Ranking.of(corpus, question, TALK).stream().limit(TRIED).toList()) {
      boolean near = hit.score() >= best * NEAR_THE_BEST;
      if (near && hit.coverage() >= floor && room(chosen) && isNew(hit.passage(), chosen)) {
        if (expand(hit.passage(), chosen) && best == 0) {
          best = hit.score();
        }
      }
    }
    return chosen.stream().map(corpus::passage).toList();
  }

  /** Whether what the user said of himself is the answer, so that it is better quoted. */
  static boolean isQuotable(List<Passage> found) {
    return !found.isEmpty()
        && found.stream().allMatch(p -> p.origin() == Origin.USER)
        && FIRST_PERSON.matcher(found.getFirst().sentence().text()).find();
  }

  private double floor(String question) {
    if (UNSPACED.matcher(question).find()) {
      return 0.12;
    }
    int weight = Ranking.weight(corpus, question, TALK);
    double floor = weight <= 2 ? 0.5 : weight == 3 ? 0.4 : 0.3;
    return ownText ? floor / 2 : floor;
  }

  private boolean room(List<Integer> chosen) {
    int most = length.sentences() > 0 ? length.sentences() : length.bullets() ? LISTED : SENTENCES;
    return chosen.size() < most;
  }

  /** Takes the passage with what belongs to it; not if it only asks or announces nothing. */
  private boolean expand(int at, List<Integer> chosen) {
    Sentence sentence = corpus.passage(at).sentence();
    List<Integer> group = new ArrayList<>();
    if (sentence.announces() || sentence.asks()) {
      for (int next = at + 1;
          follows(next) && group.size() < LISTED && belongs(next, at, group.size());
          next++) {
        group.add(next);
      }
      if (!group.isEmpty() && sentence.kind() != Sentence.Kind.HEADING && !sentence.asks()) {
        group.addFirst(at);
      }
    } else {
      boolean leans =
          LEANS.matcher(sentence.text()).matches() && follows(at) && length.sentences() != 1;
      if (leans && !corpus.passage(at - 1).sentence().announces()) {
        group.add(at - 1);
      }
      group.add(at);
    }
    group.removeAll(chosen);
    chosen.addAll(group);
    return !group.isEmpty();
  }

  private boolean belongs(int next, int announcer, int taken) {
    Sentence sentence = corpus.passage(next).sentence();
    if (sentence.kind() == Sentence.Kind.ITEM || sentence.kind() == Sentence.Kind.CODE) {
      return true;
    }
    int most = corpus.passage(announcer).sentence().kind() == Sentence.Kind.HEADING ? 2 : 1;
    return taken < most && sentence.kind() == Sentence.Kind.PROSE && !sentence.asks();
  }

  /** Whether the passage stands behind another one of the same text. */
  private boolean follows(int at) {
    return at > 0
        && at < corpus.size()
        && corpus.passage(at).source() == corpus.passage(at - 1).source();
  }

  private boolean isNew(int passage, List<Integer> chosen) {
    Set<String> words = new HashSet<>(Words.terms(corpus.passage(passage).sentence().text()));
    for (int other : chosen) {
      List<String> terms = Words.terms(corpus.passage(other).sentence().text());
      long shared = words.stream().filter(terms::contains).count();
      if (other == passage
          || shared >= SAME * Math.min(words.size(), new HashSet<>(terms).size())) {
        return false;
      }
    }
    return true;
  }
}
