package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeirCliTest {

  @TempDir private Path folder;
  private final Cli cli = new Cli(Map.of());

  @Test
  void theVersionIsThatOfTheBuild() {
    assertThat(cli.run("--version").out()).matches("Weir \\d+\\.\\d+\\.\\d+.*\\R");
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "down", "status", "chat", "doctor", "completion", "node"})
  void everyCommandHasHelp(String command) {
    Cli.Result help = cli.run(command, "--help");

    assertThat(help.code()).isZero();
    assertThat(help.out()).startsWith("Usage: weir " + command);
    assertThat(cli.run("--help").out()).contains("  " + command);
  }

  @Test
  void misuseIsExplained() {
    assertThat(cli.run().code()).isEqualTo(2);
    assertThat(cli.run("upp").code()).isEqualTo(2);
    assertThat(cli.run("upp").err()).contains("up");
    assertThat(cli.run("node").err()).contains("add, drain or kill");
  }

  @Test
  void completionKnowsTheCommands() {
    assertThat(cli.run("completion").out())
        .contains("complete ")
        .contains("drain")
        .contains("chat");
  }

  @Test
  void aMissingConfigurationFileIsNamed() {
    Cli.Result up = weir("up", "--config", folder.resolve("no.conf").toString());

    assertThat(up.code()).isEqualTo(1);
    assertThat(up.err()).contains("no.conf");
  }

  @Test
  void commandsOnNodesNeedACluster() {
    for (List<String> command :
        List.of(List.of("node", "add"), List.of("node", "drain", "1"), List.of("status"))) {
      Cli.Result result = weir(command.toArray(String[]::new));
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains("No node runs in").contains("./weir up");
    }
    assertThat(weir("down").out()).contains("Nothing runs");
  }

  @Test
  void theDoctorNamesWhatIsWrong() throws IOException {
    String port = "" + Ports.internal(new Random(), Set.of());
    Cli.Result well = weir("doctor", "--port", port);
    assertThat(well.code()).as(well.out()).isZero();
    assertThat(well.out()).contains("ok    JDK").contains("ok    port " + port);

    Path config = folder.resolve("broken.conf");
    Files.writeString(config, "weir { http.port = ");
    Cli.Result ill = weir("doctor", "--port", port, "--config", config.toString());
    assertThat(ill.code()).isEqualTo(1);
    assertThat(ill.out()).contains("FAIL  ").contains("broken.conf");
  }

  @Test
  void aNodeIsToldOnlyWhatItsJdkKnows() {
    assertThat(NodeJvm.defaults(21)).noneMatch(option -> option.contains("unsafe"));
    assertThat(NodeJvm.defaults(25)).contains("--sun-misc-unsafe-memory-access=allow");
  }

  private Cli.Result weir(String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    return cli.run(all.toArray(String[]::new));
  }
}
