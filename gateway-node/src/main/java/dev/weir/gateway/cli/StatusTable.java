package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

/** A local cluster in columns for a person. */
record StatusTable(DataFolder data, List<Status.Seen> nodes, Instant now) {

  private static final Set<String> HERE = Set.of("ready", "draining", "starting");

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.addAll(columns(nodeRows()));
    List<List<String>> queues = queueRows();
    if (queues.size() > 1) {
      lines.add("");
      lines.addAll(columns(queues));
    }
    strangers().forEach(lines::add);
    nodes.stream()
        .filter(seen -> !HERE.contains(seen.state()))
        .forEach(
            seen ->
                lines.add(
                    "Node %d is %s; its log: %s"
                        .formatted(
                            seen.node().number(), seen.state(), data.log(seen.node().number()))));
    return lines;
  }

  private List<List<String>> nodeRows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NODE", "STATE", "URL", "ADMIN", "PID", "UP", "RUNS", "ROLES"));
    for (Status.Seen seen : nodes) {
      JsonNode status = seen.status().orElse(null);
      rows.add(
          List.of(
              "" + seen.node().number(),
              seen.state(),
              seen.node().url(),
              "" + seen.node().admin(),
              "" + seen.node().pid(),
              status == null ? "-" : upFor(self(status).path("up_since")),
              status == null ? "-" : status.path("runs").asText(),
              status == null ? "-" : roles(self(status))));
    }
    return rows;
  }

  private List<List<String>> queueRows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DEPLOYMENT", "NODE", "RUNNING", "WAITING", "SLOTS"));
    Map<String, List<List<String>>> byDeployment = new TreeMap<>();
    for (Status.Seen seen : nodes) {
      seen.status().stream()
          .flatMap(status -> status.path("deployments").properties().stream())
          .forEach(
              entry ->
                  byDeployment
                      .computeIfAbsent(entry.getKey(), name -> new ArrayList<>())
                      .add(
                          List.of(
                              entry.getKey(),
                              "" + seen.node().number(),
                              entry.getValue().path("running").asText(),
                              entry.getValue().path("waiting").asText(),
                              entry.getValue().path("slots").asText())));
    }
    byDeployment.values().forEach(rows::addAll);
    return rows;
  }

  /** Members that none of the nodes here is: dead ones not yet removed, or nodes elsewhere. */
  private List<String> strangers() {
    Set<String> known = new TreeSet<>();
    Map<String, String> members = new TreeMap<>();
    for (Status.Seen seen : nodes) {
      seen.status().ifPresent(status -> known.add(status.path("address").asText()));
      seen.status().stream()
          .flatMap(status -> status.path("members").valueStream())
          .forEach(
              member ->
                  members.put(
                      member.path("address").asText(),
                      member.path("status").asText()
                          + (member.path("reachable").asBoolean() ? "" : ", unreachable")));
    }
    members.keySet().removeAll(known);
    return members.entrySet().stream()
        .map(member -> "Another member: " + member.getKey() + " (" + member.getValue() + ")")
        .toList();
  }

  private static JsonNode self(JsonNode status) {
    return status
        .path("members")
        .valueStream()
        .filter(member -> member.path("self").asBoolean())
        .findFirst()
        .orElse(status.path("nothing"));
  }

  private static String roles(JsonNode member) {
    StringJoiner roles = new StringJoiner(" ");
    member.path("roles").forEach(role -> roles.add(role.asText()));
    return roles.toString();
  }

  private String upFor(JsonNode since) {
    if (!since.isNumber()) {
      return "-";
    }
    Duration up = Duration.between(Instant.ofEpochSecond(since.asLong()), now);
    if (up.toHours() > 0) {
      return up.toHours() + "h" + up.toMinutesPart() + "m";
    }
    return up.toMinutes() > 0
        ? up.toMinutes() + "m" + up.toSecondsPart() + "s"
        : Math.max(0, up.toSeconds()) + "s";
  }

  /** Pads every column but the last to its widest cell. */
  static List<String> columns(List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int at = 0; at < widths.length; at++) {
        widths[at] = Math.max(widths[at], row.get(at).length());
      }
    }
    return rows.stream().map(row -> padded(row, widths)).toList();
  }

  private static String padded(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int at = 0; at < widths.length; at++) {
      line.append(row.get(at)).append(" ".repeat(widths[at] - row.get(at).length() + 2));
    }
    return line.toString().stripTrailing();
  }
}
