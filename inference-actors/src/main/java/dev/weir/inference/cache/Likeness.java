package dev.weir.inference.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the questions of kept answers lie, and which of one kin lie near another. Compares with all
 * of the kin, by the cosine. Full, it lets go of what was found or added longest ago: of the same
 * kin where that has too many, else of the kin that was used longest ago. Thread safe.
 */
public final class Likeness {

  /** What an entry takes beside its numbers, about. */
  private static final int ROOM = 256;

  /** Kin in the order of their last use, and in each its questions. */
  private final Map<String, Map<String, float[]>> kins = new LinkedHashMap<>(16, 0.75f, true);

  private final long most;
  private long bytes;

  /**
   * Of nothing.
   *
   * @param most how many bytes it takes at most
   */
  public Likeness(long most) {
    this.most = most;
  }

  /** The answer kept under {@code key}, whose question has that cosine with the other. */
  public record Found(String key, double similarity) {}

  /** Whether there is anything of that kin. */
  public synchronized boolean knows(String kin) {
    return kins.containsKey(kin);
  }

  /**
   * Adds the question of the answer under {@code key}.
   *
   * @param entries how many its kin has at most
   */
  public synchronized void add(String kin, String key, float[] vector, int entries) {
    remove(kin, key);
    Map<String, float[]> questions = kins.computeIfAbsent(kin, any -> new LinkedHashMap<>());
    questions.put(key, normal(vector));
    bytes += size(vector);
    while (questions.size() > entries) {
      remove(kin, eldest(questions));
    }
    while (bytes > most) {
      String idle = eldest(kins);
      remove(idle, eldest(kins.get(idle)));
    }
  }

  private static <V> String eldest(Map<String, V> map) {
    return map.keySet().iterator().next();
  }

  private static long size(float[] vector) {
    return ROOM + (long) vector.length * Float.BYTES;
  }

  /** What of that kin is at least so near, the nearest first. */
  public synchronized List<Found> find(String kin, float[] vector, double threshold) {
    Map<String, float[]> questions = kins.get(kin);
    if (questions == null) {
      return List.of();
    }
    float[] sought = normal(vector);
    List<Found> found = new ArrayList<>();
    questions.forEach(
        (key, known) -> {
          double similarity = Math.min(1, dot(sought, known));
          if (similarity >= threshold) {
            found.add(new Found(key, similarity));
          }
        });
    found.sort(Comparator.comparingDouble(Found::similarity).reversed());
    if (!found.isEmpty()) {
      touch(questions, found.getFirst().key());
    }
    return found;
  }

  private static void touch(Map<String, float[]> questions, String key) {
    float[] used = questions.remove(key);
    if (used != null) {
      questions.put(key, used);
    }
  }

  public synchronized void remove(String kin, String key) {
    Map<String, float[]> questions = kins.get(kin);
    float[] gone = questions == null ? null : questions.remove(key);
    if (gone != null) {
      bytes -= size(gone);
    }
    if (questions != null && questions.isEmpty()) {
      kins.remove(kin);
    }
  }

  /** How many questions it has. */
  public synchronized int size() {
    return kins.values().stream().mapToInt(Map::size).sum();
  }

  /** Of length 1; one without a direction is near nothing. */
  private static float[] normal(float[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    float[] normal = new float[vector.length];
    if (length > 0 && Double.isFinite(length)) {
      for (int at = 0; at < vector.length; at++) {
        normal[at] = (float) (vector[at] / length);
      }
    }
    return normal;
  }

  /** In four sums, none of which waits for another; those of other lengths are not alike. */
  private static double dot(float[] one, float[] other) {
    int length = one.length;
    if (length != other.length) {
      return 0;
    }
    float first = 0;
    float second = 0;
    float third = 0;
    float fourth = 0;
    int at = 0;
    for (; at + 4 <= length; at += 4) {
      first += one[at] * other[at];
      second += one[at + 1] * other[at + 1];
      third += one[at + 2] * other[at + 2];
      fourth += one[at + 3] * other[at + 3];
    }
    for (; at < length; at++) {
      first += one[at] * other[at];
    }
    return (double) first + second + third + fourth;
  }
}
