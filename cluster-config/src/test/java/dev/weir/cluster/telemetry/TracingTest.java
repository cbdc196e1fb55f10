package dev.weir.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.module.Module;
import kamon.module.SpanReporter;
import kamon.trace.Span.Finished;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

class TracingTest {

  private static final TraceContext CALLER =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);

  private final Kept kept = new Kept();
  private Telemetry.Running telemetry = () -> CompletableFuture.completedFuture(null);
  private Module.Registration registration = () -> {};

  @BeforeEach
  void start() {
    begin("");
  }

  /** The endpoint is never reached: what is recorded is looked at before it leaves. */
  private void begin(String more) {
    telemetry =
        start(
            config(
                "weir.telemetry { prometheus = off, otlp { endpoint = \"http://127.0.0.1:1\","
                    + " interval = 100ms, timeout = 100ms }, "
                    + more
                    + " }"));
    registration = Kamon.addReporter("kept", kept);
  }

  @AfterEach
  void stop() {
    registration.cancel();
    telemetry.stop().toCompletableFuture().join();
  }

  @Test
  void aRequestOfNobodysTraceIsARootAndItsStagesStandBelow() throws Exception {
    Span request = Tracing.request("http", Optional.empty(), "req_1");
    Span run = Stage.RUN.begin(request.context());
    Span queue = Stage.QUEUE.begin(run.context());
    queue.finish();
    run.fail("upstream_closed");
    request.tag("status", 200).finish();

    Finished top = kept.await("http");
    assertThat(top.parentId().isEmpty()).isTrue();
    assertThat(top.trace().id().string()).isEqualTo(request.context().traceId()).hasSize(32);
    assertThat(kept.await("run").parentId()).isEqualTo(top.id());
    assertThat(kept.await("run").hasError()).isTrue();
    assertThat(kept.await("queue").parentId()).isEqualTo(kept.await("run").id());
    assertThat(kept.await("queue").trace().id()).isEqualTo(top.trace().id());
    assertThat(queue.context().requestId()).isEqualTo("req_1");
  }

  @Test
  void aCallersTraceIsJoined() throws Exception {
    Span request = Tracing.request("joined", Optional.of(CALLER), "req_2");
    request.finish();

    Finished span = kept.await("joined");
    assertThat(span.trace().id().string()).isEqualTo(CALLER.traceId());
    assertThat(span.parentId().string()).isEqualTo(CALLER.spanId());
    assertThat(request.context().spanId()).isEqualTo(span.id().string());
  }

  @Test
  void aSpanIsFinishedOnce() throws Exception {
    Span span = Tracing.child("once", CALLER);
    span.finish();
    span.fail("late");

    assertThat(kept.await("once").hasError()).isFalse();
  }

  @Test
  void whatTheCallerDoesNotRecordIsNotRecordedButKeepsItsPlace() {
    TraceContext unsampled = CALLER.unsampled();
    Span span = Tracing.request("silent", Optional.of(unsampled), "req_3");

    assertThat(span.context()).isEqualTo(unsampled.withRequestId("req_3"));
    assertThat(Stage.RUN.begin(span.context()).context()).isEqualTo(span.context());
  }

  @Test
  void withoutAReceiverNothingIsRecordedAndEveryRequestStillHasATrace() {
    stop();
    telemetry = start(config("weir.telemetry.prometheus = off"));

    TraceContext context = Tracing.request("off", Optional.empty(), "req_4").context();

    assertThat(context.sampled()).isFalse();
    assertThat(TraceContext.parse(context.traceparent())).isPresent();
    assertThat(Tracing.child("off", CALLER).context()).isEqualTo(CALLER);
  }

  @Test
  void samplingDecidesOnNewTracesOnly() {
    stop();
    begin("sampling = 0.0");

    assertThat(Tracing.request("new", Optional.empty(), "").context().sampled()).isFalse();
    assertThat(Tracing.request("known", Optional.of(CALLER), "").context().sampled()).isTrue();
  }

  @Test
  void aRandomPlaceIsUnlikeAnyOther() {
    Random random = new Random(7);
    assertThat(TraceContext.root(random)).isNotEqualTo(TraceContext.root(random));
  }

  private static Telemetry.Running start(Config config) {
    return Telemetry.start(TelemetrySettings.from(config), config);
  }

  private static Config config(String overrides) {
    return ConfigFactory.parseString(overrides).withFallback(ConfigFactory.load()).resolve();
  }

  /** Keeps what would be exported. */
  private static final class Kept implements SpanReporter {

    private final LinkedBlockingQueue<Finished> arriving = new LinkedBlockingQueue<>();
    private final Map<String, Finished> known = new HashMap<>();

    Finished await(String name) throws InterruptedException {
      while (!known.containsKey(name)) {
        Finished next = arriving.poll(60, TimeUnit.SECONDS);
        assertThat(next).as("the span " + name).isNotNull();
        known.put(next.operationName(), next);
      }
      return known.get(name);
    }

    @Override
    public void reportSpans(Seq<Finished> spans) {
      arriving.addAll(CollectionConverters.asJava(spans));
    }

    @Override
    public void stop() {}

    @Override
    public void reconfigure(Config config) {}
  }
}
