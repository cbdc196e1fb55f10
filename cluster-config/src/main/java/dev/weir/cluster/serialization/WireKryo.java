package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.util.HashMap;
import java.util.Map;

/**
 * A Kryo that knows the registry's classes and no others, by number only. Values are trees: the
 * same object twice is written twice, and nothing may be deeper than 256 levels.
 */
final class WireKryo extends Kryo {

  private final WireRegistry registry;

  /** Implementations seen so far, such as {@code List12}, and what they are written as. */
  private final Map<Class<?>, Registration> families = new HashMap<>();

  WireKryo(WireRegistry registry, References references) {
    super(new NumbersOnly(), null);
    this.registry = registry;
    setRegistrationRequired(true);
    setReferences(false);
    setMaxDepth(256);
    BaseTypes.registrations(references).forEach(this::register);
    registry.types().forEach(this::registerType);
  }

  private void registerType(int number, Class<?> type) {
    register(
        new Registration(
            type,
            type.isRecord() ? new RecordSerializer(type) : new ScalarSerializers.OfEnum(type),
            number));
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Registration getRegistration(Class type) {
    Registration found = getClassResolver().getRegistration(type);
    if (found == null) {
      found = families.get(type);
    }
    return found == null ? familyOf(type) : found;
  }

  private Registration familyOf(Class<?> type) {
    Class<?> family = BaseTypes.family(type);
    Registration found = family == null ? null : getClassResolver().getRegistration(family);
    if (found == null) {
      throw registry.unregistered(family == null ? type : family);
    }
    families.put(type, found);
    return found;
  }

  /** Refuses class names in what is read. */
  private static final class NumbersOnly extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
      throw new WireException("The bytes name a class where a registered number belongs.");
    }
  }
}
