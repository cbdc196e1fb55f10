package dev.weir.inference.generation;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.queue.Workload;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Where an inference node stands, and which work it takes.
 *
 * @param region empty where nobody says
 * @param zone within the region
 */
public record Site(Set<Workload> workloads, String region, String zone) implements WireMessage {

  /** Takes any work, anywhere. */
  public static final Site ANY = new Site(EnumSet.allOf(Workload.class), "", "");

  public Site {
    workloads = Set.copyOf(workloads);
  }

  /** Reads {@code weir.inference.workloads} and {@code weir.location}. */
  public static Site from(Config weir) {
    List<String> words = Keys.list(weir, "inference.workloads");
    Set<Workload> workloads = EnumSet.noneOf(Workload.class);
    for (String word : words) {
      workloads.add(workload(word));
    }
    Keys.check(
        !workloads.isEmpty(),
        "weir.inference.workloads",
        words,
        "name at least one of interactive, background");
    return new Site(workloads, weir.getString("location.region"), weir.getString("location.zone"));
  }

  private static Workload workload(String word) {
    for (Workload workload : Workload.values()) {
      if (workload.name().toLowerCase(Locale.ROOT).equals(word)) {
        return workload;
      }
    }
    throw Keys.refusal("weir.inference.workloads", word, "interactive or background");
  }
}
