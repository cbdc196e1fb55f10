package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WireRegistryTest {

  record Fine(Optional<List<String>> names) {}

  record HoldsStranger(Map<String, List<Sample.Stranger>> strangers) {}

  record HoldsSealed(Sample.Shape shape) {}

  @Test
  void findsTheProvidersOfTheClassPath() {
    assertThat(WireRegistry.load().types())
        .containsEntry(100, WeirError.InvalidRequest.class)
        .containsEntry(120, TraceContext.class)
        .containsEntry(900, Sample.Primitives.class);
  }

  @Test
  void registersEveryError() {
    assertThat(WireRegistry.load().types().values())
        .contains(WeirError.class.getPermittedSubclasses());
  }

  @Test
  void refusesANumberThatIsTaken() {
    assertThatThrownBy(
            () -> WireRegistry.of(List.of(types(800, Fine.class), types(800, Sample.Circle.class))))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("800 → dev.weir.cluster.serialization.Sample$Circle")
        .hasMessageContaining(
            "already belongs to dev.weir.cluster.serialization.WireRegistryTest$Fine");
  }

  @Test
  void refusesAClassWithTwoNumbers() {
    assertThatThrownBy(
            () -> WireRegistry.of(List.of(types(800, Fine.class), types(801, Fine.class))))
        .hasMessageContaining("already has the number 800");
  }

  @Test
  void refusesNumbersOutsideTheModulesRange() {
    for (int number : new int[] {-1, 0, 50, 99, 1000, 2000}) {
      assertThatThrownBy(() -> WireRegistry.of(List.of(types(number, Fine.class))))
          .hasMessageContaining(number + " → ")
          .hasMessageContaining("range 100–999");
    }
  }

  @Test
  void refusesClassesThatAreNeitherRecordsNorEnums() {
    assertThatThrownBy(() -> WireRegistry.of(List.of(types(800, StringBuilder.class))))
        .hasMessageContaining("java.lang.StringBuilder is neither a record nor an enum");
  }

  @Test
  void refusesProvidersOfUnknownPackages() {
    WireTypes foreign =
        (WireTypes)
            java.lang.reflect.Proxy.newProxyInstance(
                WireTypes.class.getClassLoader(),
                new Class<?>[] {WireTypes.class},
                (a, b, c) -> Map.of());
    assertThatThrownBy(() -> WireRegistry.of(List.of(foreign)))
        .hasMessageContaining("no package that has a range");
  }

  @Test
  void refusesARecordThatHoldsAClassWithoutANumber() {
    assertThatThrownBy(() -> WireRegistry.of(List.of(types(800, HoldsStranger.class))))
        .hasMessageContaining("HoldsStranger.strangers: ")
        .hasMessageContaining("Sample$Stranger is not registered");
  }

  @Test
  void refusesARecordThatHoldsASealedTypeWithAGap() {
    assertThatThrownBy(
            () ->
                WireRegistry.of(
                    List.of(types(800, HoldsSealed.class), types(801, Sample.Circle.class))))
        .hasMessageContaining("HoldsSealed.shape: ")
        .hasMessageContaining("is not registered");
  }

  private static WireTypes types(int number, Class<?> type) {
    return () -> Map.of(number, type);
  }
}
