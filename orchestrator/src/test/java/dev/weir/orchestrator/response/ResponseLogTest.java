package dev.weir.orchestrator.response;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.response.ResponseEvent.Grown;
import dev.weir.orchestrator.response.ResponseEvent.Kind;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import dev.weir.orchestrator.response.ResponseEvent.Resumed;
import dev.weir.orchestrator.response.ResponseEvent.TextDone;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResponseLogTest {

  private static final Place HERE = new Place(Kind.TEXT, "msg_1", 0, 0);
  private static final Place THERE = new Place(Kind.ARGUMENTS, "fc_1", 1, 0);

  @Test
  void numbersAreContiguousWithinAnEpoch() {
    ResponseLog log = new ResponseLog(3);
    assertThat(log.append(new Resumed(3))).isEqualTo(3_000_000);
    assertThat(log.append(new Grown(HERE, "a"))).isEqualTo(3_000_001);
    assertThat(log.next()).isEqualTo(3_000_002);
  }

  @Test
  void interleavedTextsReadBackAsTheyWereWritten() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ResponseLog log = new ResponseLog(0);
      List<ResponseEvent> written = new ArrayList<>();
      StringBuilder here = new StringBuilder();
      for (int event = 0; event < 300; event++) {
        String delta = "x".repeat(random.nextInt(5) + 1);
        boolean first = random.nextBoolean();
        written.add(new Grown(first ? HERE : THERE, delta));
        here.append(first ? delta : "");
      }
      written.add(new TextDone(HERE, here.toString()));
      written.forEach(log::append);
      assertThat(readAll(log, random)).isEqualTo(written);
    }
  }

  @Test
  void aPlaceMayBeUsedAgainAfterItsTextIsDone() {
    ResponseLog log = new ResponseLog(0);
    log.append(new Grown(HERE, "one"));
    log.append(new TextDone(HERE, "one"));
    log.append(new Grown(HERE, "two"));
    assertThat(log.read(0, 1_000_000).events().getLast().event()).isEqualTo(new Grown(HERE, "two"));
  }

  @Test
  void pagesAreBoundedButNeverEmptyWhileThereIsMore() {
    ResponseLog log = new ResponseLog(0);
    log.append(new Grown(HERE, "a".repeat(10_000)));
    log.append(new Grown(HERE, "b"));
    assertThat(log.read(0, 1).events()).hasSize(1);
    assertThat(log.read(2, 1).events()).isEmpty();
    assertThat(log.read(0, 1).bytes() + log.read(1, 1).bytes())
        .isEqualTo(log.bytesSince(0))
        .isEqualTo(log.bytes());
  }

  private static List<ResponseEvent> readAll(ResponseLog log, Random random) {
    List<ResponseEvent> read = new ArrayList<>();
    long at = log.first();
    while (at < log.next()) {
      for (Numbered numbered : log.read(at, random.nextInt(200) + 1).events()) {
        assertThat(numbered.number()).isEqualTo(at++);
        read.add(numbered.event());
      }
    }
    return read;
  }
}
