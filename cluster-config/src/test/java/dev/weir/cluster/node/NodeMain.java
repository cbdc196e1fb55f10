package dev.weir.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.MemberUp;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * A node that does nothing but belong: says on its output who is up, who left and who was removed,
 * obeys {@code down} on its input, and ends with its input.
 */
final class NodeMain {

  private NodeMain() {}

  public static void main(String[] arguments) throws Exception {
    Config config =
        ConfigFactory.parseString(arguments[0]).withFallback(ConfigFactory.load()).resolve();
    NodeSettings settings = NodeSettings.from(config);
    ActorSystem<MemberEvent> system =
        ActorSystem.create(guardian(), ClusterFormation.SYSTEM, PekkoConfig.of(settings, config));
    var unused =
        ClusterFormation.form(system, settings.cluster())
            .thenAccept(done -> say("ready " + sinceStart()));
    obey(system);
  }

  private static Behavior<MemberEvent> guardian() {
    return Behaviors.setup(
        context -> {
          Cluster cluster = Cluster.get(context.getSystem());
          say("port " + cluster.selfMember().address().getPort().get());
          cluster.subscriptions().tell(Subscribe.create(context.getSelf(), MemberEvent.class));
          return Behaviors.receiveMessage(
              event -> {
                report(event);
                return Behaviors.same();
              });
        });
  }

  private static void report(MemberEvent event) {
    Object port = event.member().address().getPort().get();
    if (event instanceof MemberUp) {
      say("up " + port);
    } else if (event instanceof MemberRemoved removed) {
      boolean left = removed.previousStatus().equals(MemberStatus.exiting());
      say((left ? "left " : "removed ") + port);
    }
  }

  private static void obey(ActorSystem<?> system) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals("down")) {
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(new Down(cluster.selfMember().address()));
      }
    }
    Runtime.getRuntime().halt(1);
  }

  private static long sinceStart() {
    return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
  }

  private static void say(String line) {
    System.out.println("> " + line);
  }
}
