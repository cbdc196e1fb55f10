package dev.weir.inference.provider.builtin.extract.text;

import dev.weir.inference.provider.builtin.extract.text.Passage.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passages with their terms as numbers, and in how many passages each term occurs. Immutable once
 * built; linear in the text.
 */
public final class Corpus {

  private static final int SAMPLE = 400;
  private static final int CHECK_EVERY = 1_024;

  private final List<Passage> passages;
  private final List<int[]> terms;
  private final Map<String, Integer> numbers;
  private final int[] frequency;
  private final Set<String> stopWords;

  private Corpus(Builder builder) {
    this.passages = List.copyOf(builder.passages);
    this.stopWords = StopWords.of(builder.sample);
    this.numbers = builder.numbers;
    this.terms = builder.terms;
    this.frequency = new int[numbers.size()];
    int[] seenIn = new int[frequency.length];
    for (int at = 0; at < terms.size(); at++) {
      for (int term : terms.get(at)) {
        if (seenIn[term] != at + 1) {
          seenIn[term] = at + 1;
          frequency[term]++;
        }
      }
    }
  }

  /** Collects texts; {@code checkpoint} is run now and then and may throw to give up. */
  public static final class Builder {
    private final Runnable checkpoint;
    private final List<Passage> passages = new ArrayList<>();
    private final List<int[]> terms = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> sample = new ArrayList<>();
    private int sources;

    public Builder(Runnable checkpoint) {
      this.checkpoint = checkpoint;
    }

    /** Adds the sentences of one text. */
    public Builder add(Origin origin, List<Sentence> sentences) {
      int order = 0;
      for (Sentence sentence : sentences) {
        if (passages.size() % CHECK_EVERY == 0) {
          checkpoint.run();
        }
        if (sample.size() < SAMPLE) {
          sample.addAll(Words.plain(sentence.text()));
        }
        passages.add(new Passage(sentence, origin, sources, order));
        order++;
        terms.add(
            Words.terms(sentence.text()).stream()
                .mapToInt(term -> numbers.computeIfAbsent(term, key -> numbers.size()))
                .toArray());
      }
      sources++;
      return this;
    }

    public Corpus build() {
      return new Corpus(this);
    }
  }

  public int size() {
    return passages.size();
  }

  public List<Passage> passages() {
    return passages;
  }

  public Passage passage(int at) {
    return passages.get(at);
  }

  /** The stop words of the language of the texts. */
  public Set<String> stopWords() {
    return stopWords;
  }

  int[] terms(int passage) {
    return terms.get(passage);
  }

  int vocabulary() {
    return frequency.length;
  }

  /** The number of {@code term}, or -1 if no passage has it. */
  int number(String term) {
    return numbers.getOrDefault(term, -1);
  }

  /** In how many passages the term of that number occurs; none for -1. */
  int frequency(int number) {
    return number < 0 ? 0 : frequency[number];
  }

  /** Marks the terms that are stop words. */
  boolean[] stopped() {
    boolean[] stopped = new boolean[frequency.length];
    for (String word : stopWords) {
      int number = number(Stem.of(word));
      if (number >= 0) {
        stopped[number] = true;
      }
    }
    return stopped;
  }
}
