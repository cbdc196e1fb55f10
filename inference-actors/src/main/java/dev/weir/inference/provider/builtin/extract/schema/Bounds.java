package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** The numbers a schema allows: an interval, and perhaps a step. */
record Bounds(
    @Nullable BigDecimal low,
    boolean lowOpen,
    @Nullable BigDecimal high,
    boolean highOpen,
    @Nullable BigDecimal step) {

  private static final int LARGEST_SCALE = 400;

  static Bounds of(JsonNode schema, boolean integer) {
    BigDecimal low = number(schema, "minimum");
    BigDecimal high = number(schema, "maximum");
    BigDecimal above = number(schema, "exclusiveMinimum");
    BigDecimal below = number(schema, "exclusiveMaximum");
    boolean lowOpen = schema.path("exclusiveMinimum").asBoolean(false) && above == null;
    boolean highOpen = schema.path("exclusiveMaximum").asBoolean(false) && below == null;
    if (above != null && (low == null || above.compareTo(low) >= 0)) {
      low = above;
      lowOpen = true;
    }
    if (below != null && (high == null || below.compareTo(high) <= 0)) {
      high = below;
      highOpen = true;
    }
    BigDecimal step = number(schema, "multipleOf");
    if (step != null && step.signum() <= 0) {
      step = null;
    }
    if (integer) {
      step = step == null ? BigDecimal.ONE : multiple(step, BigDecimal.ONE);
    }
    return new Bounds(low, lowOpen, high, highOpen, step);
  }

  /** The least common multiple of two positive decimals. */
  static BigDecimal multiple(BigDecimal a, BigDecimal b) {
    int scale = Math.max(0, Math.max(checked(a).scale(), checked(b).scale()));
    BigInteger x = a.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
    BigInteger y = b.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
    if (x.signum() <= 0 || y.signum() <= 0) {
      return a;
    }
    return new BigDecimal(x.divide(x.gcd(y)).multiply(y), scale);
  }

  boolean contains(BigDecimal value) {
    if (low != null && value.compareTo(low) < (lowOpen ? 1 : 0)) {
      return false;
    }
    if (high != null && high.compareTo(value) < (highOpen ? 1 : 0)) {
      return false;
    }
    return step == null || checked(value).remainder(step).signum() == 0;
  }

  /** The allowed number nearest to 0, or for a higher {@code variant} another one. */
  BigDecimal sample(int variant) {
    BigDecimal sample = step == null ? between(variant) : onStep(step, variant);
    if (!contains(sample)) {
      throw new Unsatisfiable("no number within the bounds");
    }
    return sample;
  }

  private BigDecimal onStep(BigDecimal every, int variant) {
    BigDecimal least = low == null ? null : low.divide(every, 0, RoundingMode.CEILING);
    if (least != null && lowOpen && least.multiply(every).compareTo(low) == 0) {
      least = least.add(BigDecimal.ONE);
    }
    BigDecimal most = high == null ? null : high.divide(every, 0, RoundingMode.FLOOR);
    if (most != null && highOpen && most.multiply(every).compareTo(high) == 0) {
      most = most.subtract(BigDecimal.ONE);
    }
    BigDecimal nearest = clamp(BigDecimal.ZERO, least, most);
    BigDecimal up = nearest.add(BigDecimal.valueOf(variant));
    boolean tooFar = most != null && up.compareTo(most) > 0;
    return (tooFar ? most.subtract(BigDecimal.valueOf(variant)) : up).multiply(every);
  }

  private BigDecimal between(int variant) {
    BigDecimal nearest = clamp(BigDecimal.ZERO, low, high);
    if (variant == 0 && contains(nearest)) {
      return nearest;
    }
    BigDecimal way = BigDecimal.valueOf(variant + 1L).divide(BigDecimal.TWO);
    if (low != null && high != null) {
      BigDecimal share = way.divide(way.add(BigDecimal.ONE), MathContext.DECIMAL64);
      return low.add(high.subtract(low).multiply(share));
    }
    return high != null ? high.min(nearest).subtract(way) : nearest.add(way);
  }

  private static BigDecimal clamp(
      BigDecimal value, @Nullable BigDecimal least, @Nullable BigDecimal most) {
    BigDecimal raised = least != null && value.compareTo(least) < 0 ? least : value;
    return most != null && raised.compareTo(most) > 0 ? most : raised;
  }

  private static @Nullable BigDecimal number(JsonNode schema, String keyword) {
    JsonNode node = schema.path(keyword);
    return node.isNumber() ? checked(node.decimalValue()) : null;
  }

  /** Refuses numbers whose plain digits would fill the memory. */
  private static BigDecimal checked(BigDecimal value) {
    if (Math.abs((long) value.scale()) > LARGEST_SCALE || value.precision() > LARGEST_SCALE) {
      throw new Unsatisfiable("a number out of reach");
    }
    return value;
  }
}
