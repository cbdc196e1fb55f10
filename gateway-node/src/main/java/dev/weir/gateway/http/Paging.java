package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.orchestrator.conversation.Slice;

/** Reads {@code limit}, {@code order} and {@code after} of a list of items. */
final class Paging {

  private static final int MOST = 100;

  private Paging() {}

  /**
   * What the query wants; the newest 20 when it says nothing.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request
   */
  static Slice.Wanted of(RequestContext context) {
    return new Slice.Wanted(
        newestFirst(context.query("order").orElse("desc")),
        context.query("after").filter(after -> !after.isEmpty()).orElse(null),
        limit(context.query("limit").orElse("20")));
  }

  private static boolean newestFirst(String order) {
    return switch (order) {
      case "desc" -> true;
      case "asc" -> false;
      default -> throw wrong("order", order, "'asc' or 'desc'");
    };
  }

  private static int limit(String text) {
    boolean counts = text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= MOST;
    if (!counts) {
      throw wrong("limit", text, "1 to " + MOST);
    }
    return Integer.parseInt(text);
  }

  private static WeirException wrong(String name, String value, String expected) {
    return WeirError.invalid(
            name, "Invalid value: '%s' for '%s'; expected %s.".formatted(value, name, expected))
        .asException();
  }
}
