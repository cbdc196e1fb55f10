package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.OpenLoop;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.load.StalledStreams;
import dev.weir.bench.load.Turns;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The load tool against the mock, in counts. */
class ToolTest {

  private static final int TOKENS = 7;

  private final Mock mock = Mock.start(Pace.of(0, 0, TOKENS));
  private final Loop loop = Loop.start("load");

  @AfterEach
  void stop() {
    loop.close();
    mock.close();
  }

  @Test
  void everyClientOfAClosedLoopGetsItsAnswers() throws Exception {
    Figures figures =
        ClosedLoop.run(loop, question(TOKENS), new ClosedLoop.Plan(5, 20, 1, 3))
            .get(2, TimeUnit.MINUTES);
    assertThat(figures.answers()).isEqualTo(15);
    assertThat(figures.tokens()).isEqualTo(15 * TOKENS);
    assertThat(figures.firstToken().getTotalCount()).isEqualTo(15);
    assertThat(figures.gaps().getTotalCount()).isEqualTo(15 * (TOKENS - 1));
    assertThat(figures.errors()).isZero();
    assertThat(mock.answers()).isEqualTo(20);
  }

  @Test
  void anAnswerWithAnotherNumberOfTokensIsAnError() throws Exception {
    Figures figures =
        ClosedLoop.run(loop, question(TOKENS + 1), new ClosedLoop.Plan(2, 0, 0, 2))
            .get(2, TimeUnit.MINUTES);
    assertThat(figures.answers()).isZero();
    assertThat(figures.failures()).containsExactly(Map.entry("tokens " + TOKENS, 4));
  }

  @Test
  void anOpenLoopCountsFromWhenAQuestionWasDue() throws Exception {
    mock.pace(Pace.of(30, 0, TOKENS));
    Figures figures = OpenLoop.run(loop, question(TOKENS), 1000, 40).get(2, TimeUnit.MINUTES);
    assertThat(figures.answers()).isEqualTo(40);
    assertThat(figures.firstToken().getMinValue()).isGreaterThanOrEqualTo(29_000_000);
  }

  @Test
  void turnsAskBothTheSameNumberOfTimes() throws Exception {
    Turns.Pair pair =
        Turns.run(loop, question(TOKENS), question(TOKENS), 2, 4).get(2, TimeUnit.MINUTES);
    assertThat(pair.first().answers()).isEqualTo(4);
    assertThat(pair.second().answers()).isEqualTo(4);
    assertThat(mock.answers()).isEqualTo(12);
  }

  @Test
  void theMockStopsWritingToAReaderThatStandsStillAndSeesItGo() throws Exception {
    mock.pace(Pace.of(0, 0, 1_000_000));
    StalledStreams stalled = StalledStreams.begin(loop, question(0), 3).get(2, TimeUnit.MINUTES);
    assertThat(mock.open()).isEqualTo(3);
    assertThat(mock.answers()).isZero();
    stalled.close();
    while (mock.open() > 0) {
      Thread.onSpinWait();
    }
    assertThat(mock.closedAt()).isNotZero();
    assertThat(stalled.broken()).isZero();
  }

  private Question question(int tokens) {
    return Question.of(mock.address(), Protocol.CHAT, "mock", "", tokens);
  }
}
