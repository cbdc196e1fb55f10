package dev.weir.inference.provider.builtin.extract.schema;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads dates and times and writes them as ISO 8601. A date needs its year: the engine has no
 * clock. In 3/4/2026 the month comes first unless it cannot; in 3.4.2026 the day does.
 */
final class Dates {

  private static final List<List<String>> MONTHS =
      List.of(
          List.of("jan", "januar", "janv", "enero", "gennaio"),
          List.of("feb", "février", "fév", "febrero"),
          List.of("mar", "mär", "mars", "marzo"),
          List.of("apr", "avr", "abr"),
          List.of("may", "mai", "mayo", "mag"),
          List.of("jun", "juin", "giu"),
          List.of("jul", "juil", "lug"),
          List.of("aug", "août", "ago"),
          List.of("sep", "set"),
          List.of("oct", "okt", "ott"),
          List.of("nov"),
          List.of("dec", "dez", "déc", "dic"));

  private static final String MONTH = "\\p{L}{3,10}\\.?";

  static final String SHAPE =
      "(?<![\\p{L}\\p{N}])\\d{4}-\\d{1,2}-\\d{1,2}(?![\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])\\d{1,2}([./])\\d{1,2}\\1\\d{4}(?![\\p{L}\\p{N}])"
          + "|(?<![\\p{L}\\p{N}])"
          + MONTH
          + " \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}(?![\\p{L}\\p{N}])"
          + "|(?<![\\p{L}\\p{N}])\\d{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?"
          + MONTH
          + ",? (?:de )?\\d{4}(?![\\p{L}\\p{N}])";

  private static final Pattern NUMBERS = Pattern.compile("\\d+");
  private static final Pattern LETTERS = Pattern.compile("\\p{L}{3,10}");
  private static final Pattern CLOCK =
      Pattern.compile(
          "(\\d{1,2})(?::(\\d{2}))?(?::(\\d{2}))?\\s?([ap])?.*", Pattern.CASE_INSENSITIVE);

  private Dates() {}

  static Optional<LocalDate> date(String text) {
    List<Integer> numbers =
        NUMBERS.matcher(text).results().map(r -> Integer.parseInt(r.group())).toList();
    try {
      if (text.matches("\\d{4}-.*")) {
        return Optional.of(LocalDate.of(numbers.get(0), numbers.get(1), numbers.get(2)));
      }
      if (numbers.size() == 3) {
        boolean dayFirst = text.contains(".") || numbers.get(0) > 12;
        int day = numbers.get(dayFirst ? 0 : 1);
        return Optional.of(LocalDate.of(numbers.get(2), numbers.get(dayFirst ? 1 : 0), day));
      }
      int month = month(text);
      return month == 0 || numbers.size() != 2
          ? Optional.empty()
          : Optional.of(LocalDate.of(numbers.get(1), month, numbers.get(0)));
    } catch (DateTimeException notADay) {
      return Optional.empty();
    }
  }

  /** "7:15 pm" is 19:15:00. */
  static Optional<LocalTime> time(String text) {
    Matcher matcher = CLOCK.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int hour = Integer.parseInt(matcher.group(1));
    int minute = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    int second = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    if (matcher.group(4) != null) {
      hour = hour % 12 + (matcher.group(4).equalsIgnoreCase("p") ? 12 : 0);
    }
    try {
      return Optional.of(LocalTime.of(hour, minute, second));
    } catch (DateTimeException noSuchTime) {
      return Optional.empty();
    }
  }

  /** An RFC 3339 date and time; UTC where no offset is given. */
  static String dateTime(String text) {
    String iso = text.replace(' ', 'T');
    boolean offset = iso.matches(".*(?:Z|[+-]\\d{2}:\\d{2})");
    String local =
        offset ? iso.substring(0, iso.endsWith("Z") ? iso.length() - 1 : iso.length() - 6) : iso;
    String seconds = local.length() == 16 ? local + ":00" : local;
    return seconds + (offset ? iso.substring(local.length()) : "Z");
  }

  private static int month(String text) {
    Matcher words = LETTERS.matcher(text.toLowerCase(Locale.ROOT));
    while (words.find()) {
      for (int month = 0; month < MONTHS.size(); month++) {
        if (MONTHS.get(month).stream().anyMatch(words.group()::startsWith)) {
          return month + 1;
        }
      }
    }
    return 0;
  }
}
