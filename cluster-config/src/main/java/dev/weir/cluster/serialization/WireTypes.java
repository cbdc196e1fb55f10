package dev.weir.cluster.serialization;

import java.util.Map;

/**
 * One module's registered classes, found by {@link java.util.ServiceLoader}: records and enums,
 * each under a number that is never given to another.
 *
 * <p>Each module has a range of its own (cluster-config 100–999, inference-actors 1000–1999,
 * orchestrator 2000–2999, gateway-node 3000–3999), chosen by the package of the implementation; the
 * last hundred of a range belongs to the module's tests. A record grows only at its end and a
 * component keeps its declared type; see {@link RecordSerializer}.
 */
public interface WireTypes {

  Map<Integer, Class<?>> types();
}
