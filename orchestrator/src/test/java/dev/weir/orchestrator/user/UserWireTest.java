package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.serialization.WireTypes;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UserWireTest {

  @Test
  void isFound() {
    assertThat(ServiceLoader.load(WireTypes.class)).hasAtLeastOneElementOfType(UserWire.class);
  }

  @Test
  void keepsToItsRange() {
    assertThat(new UserWire().types().keySet()).allMatch(number -> number / 100 == 22);
  }

  @Test
  void everyMessageThatCrossesNodesHasANumber() {
    assertThat(new UserWire().types().values())
        .containsAll(
            Stream.of(User.Command.class, Admission.class, Charge.class)
                .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                .filter(type -> !Modifier.isPrivate(type.getModifiers()))
                .toList())
        .filteredOn(WireMessage.class::isAssignableFrom)
        .hasSize(9);
  }
}
