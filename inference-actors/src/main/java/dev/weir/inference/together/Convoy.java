package dev.weir.inference.together;

import dev.weir.inference.batch.Batch;
import dev.weir.inference.batch.Slice;
import dev.weir.inference.provider.JointProvider.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.KillSwitch;
import org.jspecify.annotations.Nullable;

/** A batch that is on its way to the upstream, or there. Compared by identity. */
final class Convoy {

  final Batch<Member> batch;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private @Nullable KillSwitch exchange;
  private String name = "";
  private boolean told;
  private boolean over;

  Convoy(Batch<Member> batch) {
    this.batch = batch;
    for (Slice<Member> slice : batch.slices()) {
      members.put("call-" + members.size(), slice.call());
    }
  }

  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(members.size());
    members.forEach((id, member) -> entries.add(new Entry(id, member.call)));
    return entries;
  }

  void leaves(KillSwitch by) {
    exchange = by;
  }

  /** The upstream has it under this name. */
  void named(String given) {
    name = given;
  }

  String name() {
    return name;
  }

  /** Whose call it is, if anybody waits for its answer. */
  @Nullable Member open(String id) {
    @Nullable Member member = members.get(id);
    told |= !name.isEmpty();
    return member == null || member.isOver() ? null : member;
  }

  /** Those of whom nothing is known. */
  List<Member> open() {
    return members.values().stream().filter(member -> !member.isOver()).toList();
  }

  /** Whether the upstream has not said anything of any call. */
  boolean isUntold() {
    return !told;
  }

  boolean isOver() {
    return over;
  }

  /** Nothing is to come. */
  void ends() {
    over = true;
  }

  /** Nobody waits for it. */
  void giveUp() {
    over = true;
    if (exchange != null) {
      exchange.shutdown();
    }
  }
}
