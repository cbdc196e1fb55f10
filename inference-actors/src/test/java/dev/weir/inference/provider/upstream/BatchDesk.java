package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.ScriptedUpstream.Exchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A batch endpoint in miniature: takes batches, is done with one after so many looks, and answers
 * each call as it is told to. What it shall do otherwise is said beforehand.
 */
public abstract class BatchDesk implements ScriptedUpstream.Script {

  protected static final ObjectMapper JSON = new ObjectMapper();

  /** What it is asked for. */
  public enum Ask {
    UPLOAD,
    SUBMIT,
    LOOK,
    RESULTS,
    CANCEL,
    DELETE
  }

  /** What becomes of a batch. */
  public enum End {
    COMPLETED,
    FAILED,
    EXPIRED,
    CANCELLED
  }

  /** What becomes of a call. */
  public enum Outcome {
    ANSWERED,
    TOO_LONG,
    EXPIRED,
    UNREADABLE,
    FORGOTTEN
  }

  /** A batch that was handed in: what its calls say, by their names. */
  public record Batch(String id, Map<String, String> calls) {}

  private final Map<Ask, Deque<ScriptedUpstream.Script>> instead = new EnumMap<>(Ask.class);
  private final List<Ask> asked = new CopyOnWriteArrayList<>();
  private final List<String> deleted = new CopyOnWriteArrayList<>();
  private final List<Batch> batches = new CopyOnWriteArrayList<>();
  private volatile Function<String, Outcome> outcomes = said -> Outcome.ANSWERED;
  private volatile End end = End.COMPLETED;
  private final AtomicInteger looks = new AtomicInteger();

  /** Lets it do something else the next time it is asked for that; several wait for their turn. */
  public synchronized BatchDesk instead(Ask ask, ScriptedUpstream.Script script) {
    instead.computeIfAbsent(ask, any -> new ArrayDeque<>()).add(script);
    return this;
  }

  /** What becomes of a call that says so. */
  public BatchDesk outcomes(Function<String, Outcome> bySaid) {
    outcomes = bySaid;
    return this;
  }

  public BatchDesk end(End how) {
    end = how;
    return this;
  }

  /** How often it says that it is not done yet; negative for ever. */
  public BatchDesk looks(int times) {
    looks.set(times);
    return this;
  }

  public List<Ask> asked() {
    return asked;
  }

  public long asked(Ask what) {
    return asked.stream().filter(what::equals).count();
  }

  public List<String> deleted() {
    return deleted;
  }

  public List<Batch> batches() {
    return batches;
  }

  @Override
  public void play(Exchange exchange) throws IOException {
    String line = exchange.request().line();
    Ask ask = ask(line);
    ScriptedUpstream.Script other;
    synchronized (this) {
      Deque<ScriptedUpstream.Script> scripts = instead.get(ask);
      other = scripts == null ? null : scripts.poll();
    }
    asked.add(ask);
    if (other != null) {
      other.play(exchange);
      return;
    }
    switch (ask) {
      case UPLOAD -> exchange.answer(200, upload(exchange.request().body()));
      case SUBMIT -> exchange.answer(200, submit(exchange.request().body()));
      case LOOK ->
          exchange.answer(
              200, looks.getAndDecrement() == 0 ? over(end, id(line)) : under(id(line)));
      case RESULTS -> exchange.answer(200, results(line));
      case CANCEL -> {
        end = End.CANCELLED;
        looks.set(0);
        exchange.answer(200, under(id(line)));
      }
      case DELETE -> {
        deleted.add(path(line));
        exchange.answer(200, "{\"deleted\":true}");
      }
    }
  }

  /** The path of a request line. */
  protected static String path(String line) {
    return line.split(" ", 3)[1];
  }

  /** What a request line asks for. */
  protected abstract Ask ask(String line);

  /** Which batch a request line is about. */
  protected abstract String id(String line);

  /** Takes a file. */
  protected abstract String upload(String body) throws IOException;

  /** Takes a batch, by {@link #taken}. */
  protected abstract String submit(String body) throws IOException;

  /** A batch that is being worked at. */
  protected abstract String under(String batch);

  protected abstract String over(End how, String batch);

  /** One line of results. */
  protected abstract String result(Outcome outcome, String id, String said);

  /** Which outcomes are told where that line points. */
  protected boolean tells(String line, Outcome outcome) {
    return outcome != Outcome.FORGOTTEN;
  }

  protected final Batch taken(List<JsonNode> calls, String id, Function<JsonNode, JsonNode> body) {
    Map<String, String> said = new LinkedHashMap<>();
    for (JsonNode call : calls) {
      JsonNode messages = body.apply(call).path("messages");
      JsonNode content = messages.get(messages.size() - 1).path("content");
      said.put(
          call.path("custom_id").asText(),
          content.isTextual() ? content.asText() : content.get(0).path("text").asText());
    }
    Batch batch = new Batch(id, said);
    batches.add(batch);
    return batch;
  }

  /** The newest first: the order is the upstream's own. */
  private String results(String line) {
    StringBuilder lines = new StringBuilder();
    Batch batch = batches.stream().filter(it -> line.contains(it.id())).findFirst().orElseThrow();
    List<Map.Entry<String, String>> calls = new ArrayList<>(batch.calls().entrySet());
    Collections.reverse(calls);
    for (Map.Entry<String, String> call : calls) {
      Outcome outcome = outcomes.apply(call.getValue());
      if (tells(line, outcome)) {
        lines.append(result(outcome, call.getKey(), call.getValue())).append('\n');
      }
    }
    return lines.toString();
  }
}
