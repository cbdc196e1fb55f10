package dev.weir.inference.provider.builtin.extract.schema;

import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import dev.weir.inference.provider.builtin.extract.text.Cut;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A text to take values from, each once. Only the first {@value #LONGEST} chars are read. Not
 * thread safe.
 */
public final class Facts {

  private static final int LONGEST = 20_000;

  private final String text;
  private final Set<String> talk;
  private final Supplier<String> prose;
  private final Spans spans;
  private final Map<Integer, Span> starts = new HashMap<>();
  private BitSet used = new BitSet();

  /**
   * Reads {@code text}.
   *
   * @param talk stems of words that speak to the tool, not of a value: "weather" to a weather tool
   * @param prose writes the value of a field such as "summary" or "answer"; may be empty
   */
  public Facts(String text, Set<String> talk, Supplier<String> prose) {
    this.text = text.substring(0, Cut.before(text, -1, LONGEST, text.length()));
    this.talk = talk;
    this.prose = prose;
    this.spans = Spans.of(this.text);
    spans.all().forEach(span -> starts.putIfAbsent(span.start(), span));
  }

  String text() {
    return text;
  }

  Set<String> talk() {
    return talk;
  }

  String prose() {
    return prose.get();
  }

  /** The spans of one kind that nobody has taken, in order of the text. */
  List<Span> free(Kind kind) {
    return spans.of(kind).stream().filter(span -> isFree(span.start(), span.end())).toList();
  }

  /** The span that begins at {@code start}, if nobody has taken it. */
  Optional<Span> freeAt(int start) {
    return Optional.ofNullable(starts.get(start)).filter(span -> isFree(span.start(), span.end()));
  }

  boolean isFree(int start, int end) {
    int next = used.nextSetBit(start);
    return next < 0 || next >= end;
  }

  void take(int start, int end) {
    used.set(start, end);
  }

  /** What has been taken so far, to come back to with {@link #reset}. */
  BitSet mark() {
    return (BitSet) used.clone();
  }

  void reset(BitSet mark) {
    used = (BitSet) mark.clone();
  }
}
