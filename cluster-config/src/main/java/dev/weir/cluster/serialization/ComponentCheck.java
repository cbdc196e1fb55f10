package dev.weir.cluster.serialization;

import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Finds, at start and not at the first message, the record component whose type nobody registered.
 * A component whose type leaves its values open (an interface that is not sealed, a type variable)
 * can only be checked when it is written.
 */
final class ComponentCheck {

  private final WireRegistry registry;
  private final Set<Class<?>> known;
  private final Set<Class<?>> sealedSeen = new HashSet<>();

  ComponentCheck(WireRegistry registry, Set<Class<?>> registered) {
    this.registry = registry;
    this.known = new HashSet<>(registered);
    known.addAll(BaseTypes.types());
  }

  void run() {
    for (Class<?> type : registry.types().values()) {
      if (type.isRecord()) {
        for (RecordComponent component : type.getRecordComponents()) {
          check(component.getGenericType(), type.getName() + "." + component.getName());
        }
      }
    }
  }

  private void check(Type type, String where) {
    switch (type) {
      case Class<?> plain -> check(plain, where);
      case ParameterizedType generic -> {
        check(generic.getRawType(), where);
        if (generic.getRawType() != ActorRef.class) {
          for (Type argument : generic.getActualTypeArguments()) {
            check(argument, where);
          }
        }
      }
      case WildcardType wildcard -> check(wildcard.getUpperBounds()[0], where);
      default -> {}
    }
  }

  private void check(Class<?> type, String where) {
    if (type.isPrimitive() || known.contains(type) || BaseTypes.family(type) != null) {
      return;
    }
    if (type.isSealed()) {
      if (sealedSeen.add(type)) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
          check(permitted, where);
        }
      }
    } else if (!Modifier.isAbstract(type.getModifiers()) && type != Object.class) {
      throw new WireException(where + ": " + registry.unregistered(type).getMessage());
    }
  }
}
