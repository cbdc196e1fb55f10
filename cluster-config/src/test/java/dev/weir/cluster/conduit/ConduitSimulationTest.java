package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two nodes with streams both ways over connections that are cut at any byte, also unnoticed, that
 * delay, and that repeat packets, between processes that are restarted. A seed that fails fails
 * again.
 */
class ConduitSimulationTest {

  private static final int STREAMS = 30;

  static LongStream fewSeeds() {
    return LongStream.range(0, 40);
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void everyStreamArrivesWholeAndInOrderThroughCuts(long seed) {
    verify(seed, s -> new SimulatedWorld(s, false));
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void streamsOfRestartedProcessesFailAndTheOthersArrive(long seed) {
    verify(seed, s -> new SimulatedWorld(s, true));
  }

  @Test
  @Tag("acceptance")
  void aThousandSeeds() {
    LongStream.range(1_000, 2_000)
        .forEach(seed -> verify(seed, s -> new SimulatedWorld(s, s % 2 == 0)));
  }

  @Test
  void failsWithoutResending() {
    assertThatThrownBy(() -> fewSeeds().forEach(seed -> verify(seed, NeverResends::new)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void failsWithoutDroppingRepeatedFrames() {
    assertThatThrownBy(() -> fewSeeds().forEach(seed -> verify(seed, TakesAnything::new)))
        .isInstanceOf(AssertionError.class);
  }

  private static void verify(long seed, LongFunction<SimulatedWorld> worlds) {
    SimulatedWorld world = worlds.apply(seed);
    boolean over = world.run(STREAMS);
    assertThat(over).as("seed %d: all %s", seed, world.streams()).isTrue();
    assertThat(world.violations).as("seed %d: protocol violations", seed).isZero();
    assertThat(world.cuts).as("seed %d: cuts", seed).isPositive();
    world.streams().forEach(SimulatedStream::verify);
  }

  private static final class NeverResends extends SimulatedWorld {
    NeverResends(long seed) {
      super(seed, false);
    }

    @Override
    Sender sender(Frame.Hello hello) {
      return new Sender(hello, flushClock(), MAX_FRAME, now()) {
        @Override
        void resend(OutboundStream stream) {}
      };
    }
  }

  private static final class TakesAnything extends SimulatedWorld {
    TakesAnything(long seed) {
      super(seed, false);
    }

    @Override
    Receiver receiver(Receiver.Desk desk) {
      return new Receiver(desk, flushClock(), MAX_FRAME, this::now) {
        @Override
        boolean isRepeated(long sequence, long next) {
          return false;
        }
      };
    }
  }
}
