package dev.weir.gateway.cli;

import dev.weir.gateway.node.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir chat}. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = {
      "Talks to a model; the answer streams into the terminal.",
      "With TEXT or piped input: one answer, then it ends. Else a conversation: /cancel or Ctrl-C"
          + " stops an answer, /new begins anew, /model NAME changes the model, /quit or Ctrl-D"
          + " ends."
    },
    footer = {"", "Where keys are configured, give yours in WEIR_API_KEY."})
final class Chat implements Callable<Integer> {

  private static final int DEFAULT_PORT = 8080;
  private static final int INTERRUPTED = 130;

  private final Tools tools;
  private final BlockingQueue<ChatEvent> events = new LinkedBlockingQueue<>();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "HTTP port of a gateway. Default: that of the local cluster, else 8080.")
  private @Nullable Integer port;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model to ask. Default: the first of your own, else extract.")
  private @Nullable String model;

  @Mixin private DataOption data = new DataOption();

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "What to ask.")
  private List<String> text = List.of();

  Chat(Tools tools) {
    this.tools = tools;
  }

  @Override
  public Integer call() {
    boolean once = !text.isEmpty() || !tools.terminal().person();
    URI server = server();
    String key = tools.environment().getOrDefault("WEIR_API_KEY", "");
    try (HttpClient http =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        ChatSocket socket = new ChatSocket(http, server, key, events::add)) {
      String chosen = model != null ? model : new ModelChoice(http, server, key).get();
      ChatSession session = new ChatSession(chosen, new OnTerminal(socket, !once));
      Signals.on("INT", () -> events.add(new ChatEvent.Interrupted()));
      listen(once, chosen, server);
      return talk(session, socket, once);
    }
  }

  private int talk(ChatSession session, ChatSocket socket, boolean once) {
    while (!session.isOver()) {
      ChatEvent event = take();
      try {
        session.on(event);
      } catch (Failure notSent) {
        if (once) {
          throw notSent;
        }
        tools.terminal().note("weir: " + notSent.getMessage());
        session.on(new ChatEvent.Closed(""));
      }
      if (event instanceof ChatEvent.Frame) {
        socket.more();
      }
    }
    if (!once) {
      tools.terminal().err().println();
      return 0;
    }
    return switch (session.outcome()) {
      case ANSWERED -> 0;
      case CANCELLED -> INTERRUPTED;
      case FAILED, NONE -> 1;
    };
  }

  private ChatEvent take() {
    try {
      return events.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("Interrupted.");
    }
  }

  private URI server() {
    if (port != null) {
      return URI.create("http://127.0.0.1:" + port);
    }
    return tools.running(tools.data(data.given())).stream()
        .findFirst()
        .map(node -> URI.create(node.url()))
        .orElse(URI.create("http://127.0.0.1:" + DEFAULT_PORT));
  }

  private void listen(boolean once, String chosen, URI server) {
    if (!text.isEmpty()) {
      events.add(new ChatEvent.Line(String.join(" ", text)));
      events.add(new ChatEvent.EndOfInput());
    } else if (once) {
      events.add(new ChatEvent.Line(everything()));
      events.add(new ChatEvent.EndOfInput());
    } else {
      tools.terminal().note("Talking to " + chosen + " at " + server + "; /help tells more.");
      events.add(new ChatEvent.Line(""));
      Thread.ofPlatform().daemon().name("lines").start(this::readLines);
    }
  }

  private String everything() {
    try {
      return new String(tools.terminal().in().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readLines() {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(tools.terminal().in(), StandardCharsets.UTF_8));
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(new ChatEvent.Line(line));
      }
    } catch (IOException closed) {
      // As good as the end.
    }
    events.add(new ChatEvent.EndOfInput());
  }

  /** A chat's effects on this terminal. */
  private final class OnTerminal implements ChatSession.Effects {

    private final ChatSocket socket;
    private final boolean prompts;

    OnTerminal(ChatSocket socket, boolean prompts) {
      this.socket = socket;
      this.prompts = prompts;
    }

    @Override
    public void send(String json) {
      socket.send(json);
    }

    @Override
    public void text(String piece) {
      tools.terminal().out().print(piece);
      tools.terminal().out().flush();
    }

    @Override
    public void note(String line) {
      tools.terminal().err().println(line);
    }

    @Override
    public void prompt() {
      if (prompts) {
        tools.terminal().err().print("> ");
        tools.terminal().err().flush();
      }
    }
  }
}
