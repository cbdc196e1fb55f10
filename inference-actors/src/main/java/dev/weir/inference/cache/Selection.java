package dev.weir.inference.cache;

import dev.weir.cluster.serialization.WireMessage;

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
}
