package dev.weir.cluster.telemetry;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/** How this process stands: heap, and the time it loses to garbage collection. */
final class JvmMetrics {

  private static boolean begun;

  private JvmMetrics() {}

  /** Tells it from now on, for as long as the process lives. */
  static synchronized void begin() {
    if (begun) {
      return;
    }
    begun = true;
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    MeasurementUnit bytes = MeasurementUnit.information().bytes();
    Consumer<Gauge> used = gauge -> gauge.update((double) memory.getHeapMemoryUsage().getUsed());
    Consumer<Gauge> max = gauge -> gauge.update((double) memory.getHeapMemoryUsage().getMax());
    Kamon.gauge("weir.jvm.heap.used", "Heap in use.", bytes).withoutTags().autoUpdate(used);
    Kamon.gauge("weir.jvm.heap.max", "What the heap may become.", bytes)
        .withoutTags()
        .autoUpdate(max);
    AtomicLong told = new AtomicLong();
    Consumer<Counter> collected =
        counter -> {
          long now = collecting();
          counter.increment(now - told.getAndSet(now));
        };
    Kamon.counter(
            "weir.jvm.gc",
            "Time spent in garbage collection.",
            MeasurementUnit.time().milliseconds())
        .withoutTags()
        .autoUpdate(collected);
  }

  private static long collecting() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .filter(millis -> millis > 0)
        .sum();
  }
}
