package dev.weir.inference.cache;

import dev.weir.cluster.serialization.WireMessage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which answers to forget: those of which all hold that are given; empty is not given.
 *
 * @param model as it was asked for, or the deployment that answered
 */
public record Selection(String key, String model, String tag) implements WireMessage {

  /** Whether every answer is one of them. */
  public boolean isAll() {
    return key.isEmpty() && model.isEmpty() && tag.isEmpty();
  }

  /** Whether {@code order} is one of them. */
  public boolean includes(CacheOrder order) {
    return (key.isEmpty() || key.equals(order.key()))
        && (model.isEmpty() || model.equals(order.model()) || model.equals(order.deployment()))
        && (tag.isEmpty() || tag.equals(order.tag()));
  }

  /** Every selection that includes {@code order}, except that of everything. */
  public static Set<Selection> including(CacheOrder order) {
    Set<Selection> all = new LinkedHashSet<>();
    for (String key : Set.of("", order.key())) {
      for (String model : new LinkedHashSet<>(List.of("", order.model(), order.deployment()))) {
        for (String tag : new LinkedHashSet<>(List.of("", order.tag()))) {
          all.add(new Selection(key, model, tag));
        }
      }
    }
    all.removeIf(Selection::isAll);
    return all;
  }

  /** The same for equal selections, another for others; tells nothing of what is selected. */
  public String digest() {
    return new Digest().add(key).add(model).add(tag).text();
  }
}
