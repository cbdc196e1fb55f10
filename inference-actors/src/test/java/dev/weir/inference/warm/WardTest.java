package dev.weir.inference.warm;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Warming;
import dev.weir.inference.provider.Upstream;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

class WardTest {

  private final Random random = new Random(1);
  private final Ward ward = ward();

  @Test
  void itIsPendingUntilSomethingCameOfIt() {
    assertThat(ward.standing()).isEqualTo(new Standing("pending", "", 7));
    ward.reached(null, "");
    assertThat(ward.standing()).isEqualTo(new Standing("ok", "", 7));
    ward.reached(UpstreamError.auth(), "");
    assertThat(ward.standing().outcome()).isEqualTo("upstream_auth");
    assertThat(ward.standing().message()).contains("Check its api-key");
  }

  @Test
  void pausesGrowToAMinuteAndBeginAnewOnceItWasWell() {
    ward.reached(UpstreamError.unreachable(), "");
    assertThat(ward.pause(random)).isBetween(Duration.ofMillis(2500), Duration.ofSeconds(5));
    for (int i = 0; i < 20; i++) {
      ward.reached(UpstreamError.unreachable(), "");
    }
    assertThat(ward.pause(random)).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
    ward.reached(null, "");
    ward.reached(UpstreamError.unreachable(), "");
    assertThat(ward.pause(random)).isLessThanOrEqualTo(Duration.ofSeconds(5));
  }

  private static Ward ward() {
    Deployment deployment =
        Catalog.from(
                ConfigFactory.parseString("deployments.d { base-url = \"http://h/v1\" }")
                    .withFallback(ConfigFactory.load().getConfig("weir")))
            .deployment("d")
            .orElseThrow();
    return new Ward(deployment, Warming.from(deployment), new Idle());
  }

  /** Has seven connections, whatever happens. */
  private static final class Idle implements Upstream {

    @Override
    public String origin() {
      return "http://h:80";
    }

    @Override
    public CompletionStage<Done> keep(int connections) {
      return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public int idle() {
      return 7;
    }

    @Override
    public Source<String, NotUsed> probe() {
      return Source.single("");
    }
  }
}
