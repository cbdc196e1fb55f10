package dev.weir.gateway.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.database.Child;
import dev.weir.cluster.node.FreePorts;
import dev.weir.gateway.node.Await;
import dev.weir.gateway.node.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Nodes in processes of their own that form one cluster on one embedded database. */
final class TestCluster implements AutoCloseable {

  /** For tests that kill nobody: who stands still for a while is not taken for dead. */
  static final String PATIENT = "weir.cluster.acceptable-heartbeat-pause = 20s\n";

  private static final String READY = "Weir is ready: ";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path data;
  private final String settings;
  private final List<Integer> managementPorts = new ArrayList<>();
  private final List<Integer> adminPorts = new ArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Child> processes = new CopyOnWriteArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** One process. */
  record Member(Child process, URI url, String roles) {

    URI at(String path) {
      return url.resolve(path);
    }

    void kill() {
      process.kill();
    }

    /** Tells it to leave, and waits until it has; returns its exit code. */
    int leave() {
      return process.terminate();
    }
  }

  private TestCluster(Path data, String settings) {
    this.data = data;
    this.settings = settings;
  }

  /**
   * Starts one node per entry of {@code roles}, all with {@code settings} (HOCON), and waits until
   * each is ready and knows of all.
   */
  static TestCluster start(Path data, String settings, String... roles) {
    TestCluster cluster = new TestCluster(data, settings);
    try {
      cluster.managementPorts.addAll(FreePorts.take(roles.length));
      cluster.adminPorts.addAll(FreePorts.take(roles.length));
      List<CompletableFuture<Member>> starting =
          IntStream.range(0, roles.length)
              .mapToObj(node -> cluster.starting(node, roles[node], cluster.managementPorts, ""))
              .toList();
      starting.forEach(member -> cluster.members.add(member.join()));
      cluster.members.forEach(cluster::awaitReady);
      cluster.awaitMet();
      return cluster;
    } catch (RuntimeException | AssertionError failed) {
      cluster.close();
      throw failed;
    }
  }

  /** A cluster that {@link #add} makes grow. */
  static TestCluster empty(Path data, String settings) {
    return new TestCluster(data, settings);
  }

  /**
   * Starts one more node, with {@code more} settings, that joins those which live; returns its
   * index once it takes requests and all know of it. Nodes added so are older the lower their
   * index.
   */
  int add(String roles, String more) {
    int node = members.size();
    managementPorts.addAll(FreePorts.take(1));
    adminPorts.addAll(FreePorts.take(1));
    List<Integer> contacts = new ArrayList<>(List.of(managementPorts.get(node)));
    living().forEach(other -> contacts.add(managementPorts.get(other)));
    members.add(starting(node, roles, contacts, more).join());
    awaitReady(members.get(node));
    awaitMet();
    return node;
  }

  /** Those that were not killed, oldest first. */
  List<Integer> living() {
    return IntStream.range(0, members.size())
        .filter(node -> members.get(node).process().isAlive())
        .boxed()
        .toList();
  }

  Member node(int index) {
    return members.get(index);
  }

  /** On a thread of its own: a node is ready only once it has found the others. */
  private CompletableFuture<Member> starting(
      int node, String roles, List<Integer> contacts, String more) {
    CompletableFuture<Member> member = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            member.complete(start(node, roles, contacts, more));
          } catch (RuntimeException failed) {
            member.completeExceptionally(failed);
          }
        });
    return member.orTimeout(180, TimeUnit.SECONDS);
  }

  private Member start(int node, String roles, List<Integer> contacts, String more) {
    String contactPoints =
        contacts.stream()
            .map(port -> "\"127.0.0.1:" + port + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    String config =
        """
        weir {
          data = "%s"
          http.port = 0
          admin.port = %d
          roles = [%s]
          cluster { management-port = %d, contact-points = %s }
        }
        %s
        %s
        """
            .formatted(
                data,
                adminPorts.get(node),
                roles,
                managementPorts.get(node),
                contactPoints,
                settings,
                more);
    try {
      Path file = Files.writeString(data.resolve("node-" + node + ".conf"), config);
      Child process = Child.start(List.of("-Xmx1g"), Main.class, file.toString());
      processes.add(process);
      return new Member(process, URI.create(readyLine(process.lines())), roles);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String readyLine(BufferedReader lines) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(READY)) {
        return line.substring(READY.length());
      }
    }
    throw new IOException("A node ended before it was ready.");
  }

  /** Waits until the node takes requests; ready follows membership by the receptionist's gossip. */
  private void awaitReady(Member member) {
    Await.until(
        "a ready node",
        () ->
            http.send(
                        HttpRequest.newBuilder(member.at("/health/ready")).build(),
                        HttpResponse.BodyHandlers.discarding())
                    .statusCode()
                == 200);
  }

  /** A node that is ready has not yet heard of all the others. */
  private void awaitMet() {
    for (int node : living()) {
      URI status = URI.create("http://127.0.0.1:" + adminPorts.get(node) + "/admin/status");
      Await.found(
          "node " + node + " to know of all",
          () -> JSON.readTree(send(HttpRequest.newBuilder(status).build()).body()).path("known"),
          known ->
              known.path("run_hosts").asInt() == living("orchestrator")
                  && known.path("inference_nodes").asInt() == living("inference"));
    }
  }

  private long living(String role) {
    return living().stream().filter(node -> members.get(node).roles().contains(role)).count();
  }

  /** Sends a JSON body and gives the whole answer. */
  HttpResponse<String> post(int node, String path, String body) {
    return send(
        HttpRequest.newBuilder(node(node).at(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<String> get(int node, String path) {
    return send(HttpRequest.newBuilder(node(node).at(path)).build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  HttpClient http() {
    return http;
  }

  @Override
  public void close() {
    processes.forEach(Child::kill);
    http.shutdownNow();
  }
}
