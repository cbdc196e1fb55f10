package dev.weir.inference.provider.builtin.extract.schema;

import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what has a shape of its own in a text: quotes, addresses, dates, times, numbers. */
record Spans(List<Span> all) {

  enum Kind {
    EMAIL("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}"),
    URL("https?://[^\\s<>\"'”“)\\]]{1,2000}(?<![.,;!?:])"),
    UUID("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    DATE_TIME(
        "\\d{4}-\\d{2}-\\d{2}[T"
            + " ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d{2}:\\d{2})?"),
    DATE(Dates.SHAPE),
    TIME(
        "(?<![\\p{L}\\p{N}])\\d{1,2}:\\d{2}(?::\\d{2})?(?:\\s?[ap]\\.?m(?![\\p{L}\\p{N}]))?|(?<![\\p{L}\\p{N}])\\d{1,2}\\s?[ap]m(?![\\p{L}\\p{N}])"),
    QUOTE(
        "\"[^\"\\n]{1,2000}\"|“[^”]{1,2000}”|«[^»]{1,2000}»|„[^“”]{1,2000}[“”]|`[^`\\n]{1,2000}`"
            + "|(?<![\\p{L}\\p{N}])'[^'\\n]{1,2000}'(?!\\p{L})"),
    NUMBER(Quantity.SHAPE);

    private final Pattern shape;

    Kind(String shape) {
      this.shape = Pattern.compile(shape, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }
  }

  record Span(Kind kind, int start, int end, String text) {
    boolean overlaps(Span other) {
      return start < other.end && other.start < end;
    }
  }

  static Spans of(String text) {
    List<Span> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Matcher matcher = kind.shape.matcher(text);
      int first = all.size();
      int inside = 0;
      while (matcher.find() && all.size() < 20_000) {
        Span span = new Span(kind, matcher.start(), matcher.end(), matcher.group());
        boolean quote = kind == Kind.QUOTE;
        if (quote || isFree(all.subList(0, first), span)) {
          all.add(inner(span, quote));
        }
        inside++;
      }
      if (inside > 0) {
        all.sort(Comparator.comparingInt(Span::start));
      }
    }
    return new Spans(List.copyOf(all));
  }

  /** The spans of one kind in order of the text. */
  List<Span> of(Kind kind) {
    return all.stream().filter(span -> span.kind() == kind).toList();
  }

  private static Span inner(Span span, boolean quote) {
    String text = span.text();
    return quote
        ? new Span(
            Kind.QUOTE, span.start(), span.end(), text.substring(1, text.length() - 1).strip())
        : span;
  }

  /** Binary search in spans sorted by start that do not overlap, quotes aside. */
  private static boolean isFree(List<Span> sorted, Span span) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted.get(middle).start() < span.end()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (int at = low - 1; at >= Math.max(0, low - 4); at--) {
      if (sorted.get(at).overlaps(span)) {
        return false;
      }
    }
    return true;
  }
}
