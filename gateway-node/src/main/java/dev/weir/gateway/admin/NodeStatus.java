package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.version.Version;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.orchestrator.run.RunHost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /admin/status}: this node, its work, and the cluster as this node sees it. */
public final class NodeStatus {

  private static final Duration WITHIN = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final Cluster cluster;
  private final Arrivals arrivals;
  private final Sources sources;

  /**
   * Where the numbers come from.
   *
   * @param catalog which version of the catalog this node has
   * @param runs empty without the role
   * @param inference empty without the role
   */
  public record Sources(
      BooleanSupplier ready,
      BooleanSupplier draining,
      Supplier<CatalogView.Standing> catalog,
      Optional<ActorRef<RunHost.Command>> runs,
      Optional<ActorRef<InferenceNode.Command>> inference) {}

  private record Work(int runs, Map<String, InferenceNode.Busy> deployments) {}

  /** How many of each this node can send work to. */
  private record Known(int runHosts, int inferenceNodes) {}

  public NodeStatus(ActorSystem<?> system, Arrivals arrivals, Sources sources) {
    this.system = system;
    this.cluster = Cluster.get(system.classicSystem());
    this.arrivals = arrivals;
    this.sources = sources;
  }

  CompletionStage<HttpResponse> answer() {
    return runs()
        .thenCombine(deployments(), Work::new)
        .thenCombine(
            known(RunHost.KEY).thenCombine(known(InferenceNode.KEY), Known::new),
            (work, known) -> Answers.json(Json.write(json -> write(json, work, known))));
  }

  private CompletionStage<Integer> runs() {
    return sources
        .runs()
        .map(
            host ->
                AskPattern.<RunHost.Command, Integer>ask(
                    host, RunHost.Census::new, WITHIN, system.scheduler()))
        .orElse(CompletableFuture.completedFuture(0));
  }

  private CompletionStage<Map<String, InferenceNode.Busy>> deployments() {
    return sources
        .inference()
        .map(
            node ->
                AskPattern.<InferenceNode.Command, InferenceNode.Load>ask(
                        node, InferenceNode.Observe::new, WITHIN, system.scheduler())
                    .thenApply(InferenceNode.Load::deployments))
        .orElse(CompletableFuture.completedFuture(Map.of()));
  }

  private <T> CompletionStage<Integer> known(ServiceKey<T> key) {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(key, replyTo),
            WITHIN,
            system.scheduler())
        .thenApply(listing -> listing.getServiceInstances(key).size());
  }

  private void write(JsonGenerator json, Work work, Known known) throws IOException {
    Member self = cluster.selfMember();
    json.writeStartObject();
    json.writeStringField("version", Version.text());
    json.writeStringField("address", self.address().toString());
    json.writeStringField("incarnation", Long.toUnsignedString(self.uniqueAddress().longUid()));
    json.writeBooleanField("ready", sources.ready().getAsBoolean());
    json.writeBooleanField("draining", sources.draining().getAsBoolean());
    write(json, sources.catalog().get());
    json.writeNumberField("runs", work.runs());
    json.writeObjectFieldStart("deployments");
    for (var deployment : new TreeMap<>(work.deployments()).entrySet()) {
      write(json, deployment.getKey(), deployment.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("known");
    json.writeNumberField("run_hosts", known.runHosts());
    json.writeNumberField("inference_nodes", known.inferenceNodes());
    json.writeEndObject();
    json.writeArrayFieldStart("members");
    for (Member member : cluster.state().getMembers()) {
      write(json, member, member.equals(self));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, CatalogView.Standing catalog) throws IOException {
    json.writeObjectFieldStart("catalog");
    json.writeNumberField("version", catalog.version());
    if (catalog.problem().isPresent()) {
      CatalogView.Problem problem = catalog.problem().get();
      json.writeObjectFieldStart("problem");
      json.writeNumberField("version", problem.version());
      json.writeStringField("message", problem.message());
      json.writeEndObject();
    } else {
      json.writeNullField("problem");
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, InferenceNode.Busy busy)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("running", busy.running());
    json.writeNumberField("waiting", busy.waiting());
    json.writeNumberField("slots", busy.slots());
    json.writeEndObject();
  }

  private void write(JsonGenerator json, Member member, boolean self) throws IOException {
    json.writeStartObject();
    json.writeStringField("address", member.address().toString());
    json.writeBooleanField("self", self);
    json.writeArrayFieldStart("roles");
    for (String role : new TreeSet<>(member.getRoles())) {
      if (!role.startsWith("dc-")) {
        json.writeString(role);
      }
    }
    json.writeEndArray();
    json.writeStringField("status", member.status().toString().toLowerCase(Locale.ROOT));
    json.writeBooleanField("reachable", !cluster.state().getUnreachable().contains(member));
    Optional<Instant> since = arrivals.of(member.uniqueAddress());
    if (since.isPresent()) {
      json.writeNumberField("up_since", since.get().getEpochSecond());
    } else {
      json.writeNullField("up_since");
    }
    json.writeEndObject();
  }
}
