package dev.weir.inference.warm;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Warming;
import dev.weir.inference.provider.Upstream;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One deployment that is kept warm. A part of {@link Warmer}, used by its actor alone. */
final class Ward {

  private static final Logger LOG = LoggerFactory.getLogger(Warmer.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final int DOUBLINGS = 4;
  private static final Set<String> UNREACHED =
      Set.of("upstream_unreachable", "upstream_connect_timeout");

  private final Deployment deployment;
  private final Warming warming;
  private final Upstream upstream;
  private final Metrics.Warmth gauge;
  private Standing standing = Standing.UNKNOWN;
  private int failures;

  Ward(Deployment deployment, Warming warming, Upstream upstream) {
    this.deployment = deployment;
    this.warming = warming;
    this.upstream = upstream;
    this.gauge = new Metrics.Warmth(deployment.label());
  }

  Deployment deployment() {
    return deployment;
  }

  Warming warming() {
    return warming;
  }

  Upstream upstream() {
    return upstream;
  }

  Standing standing() {
    return standing.with(upstream.idle());
  }

  /** What has come of it, of which one line is logged when it is news. */
  void reached(@Nullable WeirError failure, String note) {
    Standing now =
        failure == null
            ? new Standing(Standing.OK, note, 0)
            : new Standing(failure.code(), failure.message() + remedy(failure), 0);
    failures = failure == null ? 0 : failures + 1;
    if (!now.equals(standing)) {
      standing = now;
      tell();
    }
    measure();
  }

  /** Of what an operator can do here, and a client cannot. */
  private static String remedy(WeirError failure) {
    return UNREACHED.contains(failure.code())
        ? " Check base-url, the way there, and whether its certificate is trusted."
        : "";
  }

  private void tell() {
    String said = standing.isOk() ? "upstream is warm" : "upstream is not warm";
    (standing.isOk() ? LOG.atInfo() : LOG.atWarn())
        .addKeyValue("deployment", deployment.name())
        .addKeyValue("upstream", upstream.origin())
        .addKeyValue("connections", upstream.idle())
        .addKeyValue("probe", warming.probe() ? "models" : "off")
        .addKeyValue("outcome", standing.outcome())
        .log(standing.message().isEmpty() ? said : said + ": " + standing.message());
  }

  /** How long to wait before it is tried again. */
  Duration pause(RandomGenerator random) {
    long most =
        Math.min(
            LONGEST_PAUSE.toMillis(),
            FIRST_PAUSE.toMillis() << Math.min(DOUBLINGS, Math.max(0, failures - 1)));
    return Duration.ofMillis(most / 2 + random.nextLong(most / 2));
  }

  void measure() {
    gauge.update(upstream.idle(), standing.isCold() ? 1 : 0);
  }

  /** It is looked after no more. */
  void leave() {
    gauge.update(0, 0);
  }
}
