package dev.weir.orchestrator.pipeline;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.plan.Prompt;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code pipeline/summarize}: a document of any length, split, summarised in parallel and joined;
 * over more levels when the summaries are too many for one call. A summary may have {@code
 * summary-tokens}, so the whole tree is known before the first call.
 */
final class Summarize implements Pipeline {

  private static final String NAME = "summarize";
  private static final Pattern LENGTH =
      Pattern.compile("[0-9]{1,4} (?:words?|sentences?|paragraphs?|bullet points?)");

  /** Tells the extract engine what the prompt tells every other model. */
  private static final Map<String, String> TASK = Map.of("extract.task", "summarize");

  private static final String KEEP =
      "Keep names, numbers, dates, decisions and conclusions; leave out what repeats."
          + " Answer with the summary alone, in the language of the text.";

  /**
   * How documents are summarised.
   *
   * @param model who summarises, unless the request says otherwise
   * @param chunkTokens how much of a document one call reads
   * @param summaryTokens how long the summary of one chunk may be
   * @param concurrency how many calls of one document run at once
   */
  record Settings(String model, int chunkTokens, int summaryTokens, int concurrency) {

    Settings {
      Keys.check(
          summaryTokens >= 32,
          "weir.pipelines.summarize.summary-tokens",
          summaryTokens,
          "32 or more");
      Keys.check(
          chunkTokens >= 2 * summaryTokens,
          "weir.pipelines.summarize.chunk-tokens",
          chunkTokens,
          "at least twice summary-tokens (" + summaryTokens + ")");
      Keys.check(
          concurrency > 0, "weir.pipelines.summarize.concurrency", concurrency, "at least 1");
    }

    static Settings from(Config weir) {
      Config config = weir.getConfig("pipelines.summarize");
      return new Settings(
          config.getString("model"),
          config.getInt("chunk-tokens"),
          config.getInt("summary-tokens"),
          config.getInt("concurrency"));
    }
  }

  private final Settings settings;
  private final Splitter splitter;

  Summarize(Settings settings, TokenCounter counter) {
    this.settings = settings;
    this.splitter = new Splitter(settings.chunkTokens(), counter);
  }

  @Override
  public Description description() {
    return new Description(
        NAME,
        "Summarises a document of any length: splits it, summarises the parts in parallel and joins"
            + " the summaries.",
        List.of(
            "part: summarise one part of the document (many at once)",
            "merge: summarise some summaries (many at once, only for very long documents)",
            "summary: join the summaries into the answer"),
        Map.of(
            "summarize.model",
            "The model that summarises; default " + settings.model() + ".",
            "summarize.length",
            "How long the answer may be, such as '100 words' or '3 sentences'."));
  }

  @Override
  public Plan plan(ResponseRequest request, List<Item> items) {
    Options options = new Options(NAME, request.metadata());
    Wishes wishes = new Wishes(wishes(request, items), length(options));
    List<String> chunks = splitter.split(document(items));
    List<Plan.Step> steps = new ArrayList<>();
    if (chunks.size() <= 1) {
      steps.add(whole(String.join("", chunks), wishes, request.maxOutputTokens()));
    } else {
      List<Plan.Generate> level = parts(chunks, wishes);
      steps.add(new Plan.Map(level, settings.concurrency()));
      for (int depth = 1; level.size() > fanIn(); depth++) {
        level = merges(level, depth, wishes);
        steps.add(new Plan.Map(level, settings.concurrency()));
      }
      steps.add(join(level, wishes, request.maxOutputTokens()));
    }
    return new Plan(options.text("model", settings.model()), steps);
  }

  /** What the caller adds to every prompt, and the length of the answer; empty for none. */
  private record Wishes(String instructions, String length) {

    String and(String task) {
      return instructions.isEmpty() ? task : instructions + "\n\n" + task;
    }

    String inLength() {
      return length.isEmpty() ? "" : " in at most " + length;
    }
  }

  /** How many summaries one call reads. */
  private int fanIn() {
    return settings.chunkTokens() / settings.summaryTokens();
  }

  private Plan.Generate whole(String document, Wishes wishes, @Nullable Integer cap) {
    String task = "Summarise the text that the user sends%s. %s".formatted(wishes.inLength(), KEEP);
    String ask = wishes.length().isEmpty() ? "" : request(wishes.length());
    return call(
        "summary", "summary", wishes.and(task), List.of(new Prompt.Text(ask + document)), cap);
  }

  private List<Plan.Generate> parts(List<String> chunks, Wishes wishes) {
    List<Plan.Generate> parts = new ArrayList<>();
    for (int at = 0; at < chunks.size(); at++) {
      String name = "part %d of %d".formatted(at + 1, chunks.size());
      String task = "The user sends %s of a document. Summarise it. %s".formatted(name, KEEP);
      List<Prompt.Part> message =
          List.of(new Prompt.Text(request(words())), new Prompt.Text(chunks.get(at)));
      parts.add(
          call("part-" + (at + 1), name, wishes.and(task), message, settings.summaryTokens()));
    }
    return parts;
  }

  /** Neighbours together, in groups of about equal size. */
  private List<Plan.Generate> merges(List<Plan.Generate> level, int depth, Wishes wishes) {
    int groups = (level.size() + fanIn() - 1) / fanIn();
    List<Plan.Generate> merges = new ArrayList<>();
    for (int at = 0; at < groups; at++) {
      int from = (int) ((long) level.size() * at / groups);
      int to = (int) ((long) level.size() * (at + 1) / groups);
      String task =
          "The user sends summaries of consecutive parts of a document. Make one of them. " + KEEP;
      merges.add(
          call(
              "merge-%d-%d".formatted(depth, at + 1),
              "merge %d of %d".formatted(at + 1, groups),
              wishes.and(task),
              summaries(level.subList(from, to), words()),
              settings.summaryTokens()));
    }
    return merges;
  }

  private Plan.Generate join(List<Plan.Generate> level, Wishes wishes, @Nullable Integer cap) {
    String task =
        "The user sends summaries of all parts of a document, in order. Write one summary of the"
            + " whole document%s. %s".formatted(wishes.inLength(), KEEP);
    return call("summary", "summary", wishes.and(task), summaries(level, wishes.length()), cap);
  }

  private static List<Prompt.Part> summaries(List<Plan.Generate> level, String length) {
    List<Prompt.Part> message = new ArrayList<>();
    message.add(new Prompt.Text(request(length)));
    level.forEach(call -> message.add(new Prompt.Output(call.id(), "")));
    return message;
  }

  private static Plan.Generate call(
      String id,
      String name,
      String instructions,
      List<Prompt.Part> message,
      @Nullable Integer cap) {
    return new Plan.Generate(id, name, new Prompt(instructions, List.of(), message, TASK), cap);
  }

  /** The message's first sentence, which says the same as the instructions. */
  private static String request(String length) {
    return length.isEmpty()
        ? "Summarise this text.\n\n"
        : "Summarise this text in " + length + ".\n\n";
  }

  /** The length of a part's summary: it must fit its tokens. */
  private String words() {
    return settings.summaryTokens() / 2 + " words";
  }

  private static String length(Options options) {
    String length = options.text("length", "");
    if (!length.isEmpty() && !LENGTH.matcher(length).matches()) {
      throw options.wrong("length", length, "write a length such as '100 words' or '3 sentences'");
    }
    return length;
  }

  /** What users, assistants and functions said; system messages are wishes. */
  private static String document(List<Item> items) {
    return items.stream()
        .filter(item -> !isSystem(item))
        .map(Summarize::text)
        .filter(text -> !text.isBlank())
        .collect(Collectors.joining("\n\n"));
  }

  private static String wishes(ResponseRequest request, List<Item> items) {
    List<String> wishes = new ArrayList<>();
    if (request.instructions() != null) {
      wishes.add(request.instructions());
    }
    items.stream().filter(Summarize::isSystem).map(Summarize::text).forEach(wishes::add);
    return String.join("\n\n", wishes);
  }

  private static boolean isSystem(Item item) {
    return item instanceof Item.Message message
        && (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER);
  }

  private static String text(Item item) {
    return switch (item) {
      case Item.Message message -> message.text();
      case Item.FunctionCallOutput output -> output.output();
      case Item.FunctionCall call -> "";
      case Item.Reasoning reasoning -> "";
    };
  }
}
