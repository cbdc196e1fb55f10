package dev.weir.cluster.serialization;

import java.util.Map;

/**
 * One module's registered classes, found by {@link java.util.ServiceLoader}. Each module has a
 * range of its own (cluster-config 100–999, inference-actors 1000–1999, orchestrator 2000–2999,
 * gateway-node 3000–3999). A number is never reused, and records grow only at their end.
 */
public interface WireTypes {

  Map<Integer, Class<?>> types();
}
