package dev.weir.orchestrator.response;

import dev.weir.orchestrator.response.ResponseEvent.Grown;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import dev.weir.orchestrator.response.ResponseEvent.TextDone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every event of one response, in order: the only buffer between the model and its readers. A
 * reader is a number into it, so any number of them cost nothing.
 *
 * <p>Deltas are kept as offsets into one growing text per place, eight bytes each beside the text
 * itself. Numbers start at {@code epoch × 1,000,000} and have no gaps. Not thread safe: a run owns
 * its log.
 */
public final class ResponseLog {

  /** The distance between the first numbers of two epochs. */
  public static final long EPOCH = 1_000_000;

  private static final long MARK = 64;
  private static final long DELTA = 12;

  private final long first;
  private final List<ResponseEvent> marks = new ArrayList<>();
  private final List<Text> texts = new ArrayList<>();
  private final Map<Place, Integer> textAt = new HashMap<>();

  /** A mark's index, or the complement of a text's index. */
  private int[] entry = new int[64];

  /** For a delta, where it starts and ends in its text. */
  private int[] start = new int[64];

  private int[] end = new int[64];
  private int size;
  private long bytes;

  public ResponseLog(int epoch) {
    this.first = epoch * EPOCH;
  }

  /** Adds an event and returns its number. */
  public long append(ResponseEvent event) {
    if (size == entry.length) {
      entry = Arrays.copyOf(entry, size * 2);
      start = Arrays.copyOf(start, size * 2);
      end = Arrays.copyOf(end, size * 2);
    }
    switch (event) {
      case Grown(Place place, String delta) -> appendDelta(place, delta);
      case TextDone(Place place, String text) -> {
        Integer index = textAt.remove(place);
        if (index != null) {
          texts.get(index).settle(text);
        }
        appendMark(event);
      }
      default -> appendMark(event);
    }
    return first + size++;
  }

  private void appendMark(ResponseEvent event) {
    entry[size] = marks.size();
    marks.add(event);
    bytes += MARK;
  }

  private void appendDelta(Place place, String delta) {
    int index =
        textAt.computeIfAbsent(
            place,
            missing -> {
              texts.add(new Text(missing));
              return texts.size() - 1;
            });
    entry[size] = ~index;
    start[size] = texts.get(index).length();
    end[size] = texts.get(index).grow(delta);
    bytes += delta.length() + DELTA;
  }

  /** Whether the last event is there. */
  public boolean hasEnded() {
    return !marks.isEmpty() && marks.getLast() instanceof ResponseEvent.Ended;
  }

  /** The number the next event will have. */
  public long next() {
    return first + size;
  }

  /** The number of the first event. */
  public long first() {
    return first;
  }

  /** About how much memory the log takes, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** About how many bytes lie at and after event {@code from}: how far such a reader is behind. */
  public long bytesSince(long from) {
    long sum = 0;
    for (int at = index(from); at < size; at++) {
      sum += weight(at);
    }
    return sum;
  }

  /**
   * The events from number {@code from} on: at least one where there is one, and no more once
   * {@code maxBytes} are reached.
   */
  public Page read(long from, int maxBytes) {
    List<Numbered> events = new ArrayList<>();
    long taken = 0;
    for (int at = index(from); at < size && (events.isEmpty() || taken < maxBytes); at++) {
      events.add(new Numbered(first + at, event(at)));
      taken += weight(at);
    }
    return new Page(events, taken);
  }

  /** A stretch of the log and about how many bytes it holds. */
  public record Page(List<Numbered> events, long bytes) {}

  private int index(long number) {
    return (int) Math.max(0, Math.min(size, number - first));
  }

  private ResponseEvent event(int at) {
    return entry[at] >= 0 ? marks.get(entry[at]) : texts.get(~entry[at]).delta(start[at], end[at]);
  }

  private long weight(int at) {
    return entry[at] >= 0 ? MARK : end[at] - start[at] + DELTA;
  }

  /** The text of one place: it grows, then it is settled and shared with the final events. */
  private static final class Text {
    private final Place place;
    private final StringBuilder open = new StringBuilder();
    private @Nullable String settled;

    Text(Place place) {
      this.place = place;
    }

    int length() {
      return open.length();
    }

    int grow(String delta) {
      open.append(delta);
      return open.length();
    }

    void settle(String whole) {
      settled = whole;
      open.setLength(0);
      open.trimToSize();
    }

    Grown delta(int from, int to) {
      return new Grown(
          place, settled == null ? open.substring(from, to) : settled.substring(from, to));
    }
  }
}
