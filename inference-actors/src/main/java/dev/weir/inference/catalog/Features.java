package dev.weir.inference.catalog;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.token.TokenCounter;
import java.util.List;
import java.util.Set;

/**
 * What routing looks at in a call.
 *
 * @param tools whether there are any
 * @param tags all of which a deployment must have, or {@code name=value} of its attributes
 * @param background whether nobody waits for it
 * @param together what its request says of {@link Together}
 */
public record Features(
    String instructions,
    List<Item> items,
    boolean tools,
    Set<String> tags,
    boolean background,
    String together) {

  /** Of a call of which nothing matters. */
  public static final Features NONE = new Features("", List.of(), false, Set.of(), false);

  /** The key of a request's metadata that names them, separated by commas. */
  public static final String TAGS = "weir.tags";

  private static final TokenCounter COUNTER = TokenCounter.estimate();

  public Features {
    items = List.copyOf(items);
    tags = Set.copyOf(tags);
  }

  /** Whether a deployment has all that the call's must have. */
  public boolean mayGoTo(Deployment deployment) {
    return tags.stream().allMatch(deployment::has);
  }

  /** Of a request that does not say whether it may wait for others. */
  public Features(
      String instructions, List<Item> items, boolean tools, Set<String> tags, boolean background) {
    this(instructions, items, tools, tags, background, "");
  }

  /** Whether a call of {@code deployment} goes to its upstream together with others. */
  public boolean goesTogether(Deployment deployment) {
    return Together.takes(deployment, together, background);
  }

  boolean hasImages() {
    return items.stream()
        .filter(Item.Message.class::isInstance)
        .flatMap(item -> ((Item.Message) item).content().stream())
        .anyMatch(Content.InputImage.class::isInstance);
  }

  /** What was said last. */
  String lastMessage() {
    return items.reversed().stream()
        .filter(Item.Message.class::isInstance)
        .findFirst()
        .map(Item::words)
        .orElse("");
  }

  /** About how many tokens the whole context takes. */
  long tokens() {
    return COUNTER.count(instructions)
        + items.stream().mapToLong(item -> COUNTER.count(item.words())).sum();
  }
}
