package dev.weir.cluster.serialization;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every class that may cross nodes, with its number. A duplicate, a number outside its module's
 * range, or a record whose components cannot be written refuses to load, in one sentence.
 *
 * <p>Immutable.
 */
public final class WireRegistry {

  private final List<WireTypes> providers;
  private final Map<Integer, Class<?>> types;

  private WireRegistry(List<WireTypes> providers, Map<Integer, Class<?>> types) {
    this.providers = providers;
    this.types = types;
  }

  /** The registry of the class path. */
  public static WireRegistry load() {
    List<WireTypes> found = new ArrayList<>();
    ServiceLoader.load(WireTypes.class, WireTypes.class.getClassLoader()).forEach(found::add);
    return of(found);
  }

  /** The registry of exactly these providers. */
  public static WireRegistry of(List<WireTypes> providers) {
    Map<Integer, Class<?>> types = new TreeMap<>();
    Map<Class<?>, Integer> numbers = new HashMap<>();
    for (WireTypes provider : providers) {
      Module module = Module.of(provider);
      provider
          .types()
          .forEach((number, type) -> add(module, provider, number, type, types, numbers));
    }
    WireRegistry registry =
        new WireRegistry(List.copyOf(providers), Collections.unmodifiableMap(types));
    new ComponentCheck(registry, numbers.keySet()).run();
    return registry;
  }

  private static void add(
      Module module,
      WireTypes provider,
      int number,
      Class<?> type,
      Map<Integer, Class<?>> types,
      Map<Class<?>, Integer> numbers) {
    String entry = provider.getClass().getName() + ": " + number + " → " + type.getName();
    if (number < module.first || number > module.last) {
      throw new WireException(
          entry + " is outside its module's range " + module.first + "–" + module.last + ".");
    }
    if (!type.isRecord() && !type.isEnum()) {
      throw new WireException(entry + " is neither a record nor an enum.");
    }
    Class<?> other = types.put(number, type);
    if (other != null) {
      throw new WireException(entry + ": the number already belongs to " + other.getName() + ".");
    }
    Integer twice = numbers.put(type, number);
    if (twice != null) {
      throw new WireException(entry + ": the class already has the number " + twice + ".");
    }
  }

  Map<Integer, Class<?>> types() {
    return types;
  }

  /** Says that {@code type} has no number and where it would get one. */
  WireException unregistered(Class<?> type) {
    return new WireException(
        type.getName() + " is not registered for the wire: give it a number in " + home(type));
  }

  private String home(Class<?> type) {
    Module module = Module.of(type);
    for (WireTypes provider : providers) {
      if (module != null && Module.of(provider) == module) {
        return provider.getClass().getName() + " (" + module.first + "–" + module.last + ").";
      }
    }
    return "the "
        + WireTypes.class.getSimpleName()
        + " of its module, named in META-INF/services/"
        + WireTypes.class.getName()
        + ".";
  }

  /** Who may use which numbers, told by package. */
  private enum Module {
    CLUSTER_CONFIG("dev.weir.cluster", 100, 999),
    INFERENCE_ACTORS("dev.weir.inference", 1000, 1999),
    ORCHESTRATOR("dev.weir.orchestrator", 2000, 2999),
    GATEWAY_NODE("dev.weir.gateway", 3000, 3999);

    private final String root;
    private final int first;
    private final int last;

    Module(String root, int first, int last) {
      this.root = root;
      this.first = first;
      this.last = last;
    }

    private static @Nullable Module of(Class<?> type) {
      String name = type.getPackageName() + ".";
      for (Module module : values()) {
        if (name.startsWith(module.root + ".")) {
          return module;
        }
      }
      return null;
    }

    private static Module of(WireTypes provider) {
      Module module = of(provider.getClass());
      if (module == null) {
        throw new WireException(
            provider.getClass().getName() + " is in no package that has a range of wire numbers.");
      }
      return module;
    }
  }
}
