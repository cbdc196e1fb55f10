package dev.weir.orchestrator.pipeline;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.plan.Prompt;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code pipeline/perspectives}: the same question from several angles at once, then one answer
 * made of theirs.
 */
final class Perspectives implements Pipeline {

  private static final String NAME = "perspectives";

  /** More branches than this are a mistake. */
  static final int MOST = 64;

  private static final String MERGE =
      "Before the user's question stand answers to it, each from one angle. Merge them into one"
          + " answer: say what they agree on, weigh where they differ, leave out what repeats.";

  /**
   * How questions are looked at.
   *
   * @param model who answers, unless the request says otherwise
   * @param branches from how many angles, unless the request says otherwise
   * @param branchTokens how long the answer from one angle may be
   * @param concurrency how many branches of one question run at once
   * @param angles what they are, each {@code "name: what to look at"}
   */
  record Settings(
      String model, int branches, int branchTokens, int concurrency, List<String> angles) {

    Settings {
      angles = List.copyOf(angles);
      Keys.check(
          branches > 0 && branches <= MOST,
          "weir.pipelines.perspectives.branches",
          branches,
          "1 to " + MOST);
      Keys.check(
          branchTokens > 0,
          "weir.pipelines.perspectives.branch-tokens",
          branchTokens,
          "at least 1");
      Keys.check(
          concurrency > 0, "weir.pipelines.perspectives.concurrency", concurrency, "at least 1");
      Keys.check(
          !angles.isEmpty(), "weir.pipelines.perspectives.angles", "[]", "name at least one");
    }

    static Settings from(Config weir) {
      Config config = weir.getConfig("pipelines.perspectives");
      return new Settings(
          config.getString("model"),
          config.getInt("branches"),
          config.getInt("branch-tokens"),
          config.getInt("concurrency"),
          config.getStringList("angles"));
    }
  }

  private final Settings settings;

  Perspectives(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Description description() {
    return new Description(
        NAME,
        "Answers a question from several angles at once and merges the answers into one.",
        List.of(
            "one step an angle: answer from that angle (all at once)",
            "merge: one answer made of theirs"),
        Map.of(
            "perspectives.model",
            "The model that answers; default " + settings.model() + ".",
            "perspectives.branches",
            "From how many angles, 1 to %d; default %d.".formatted(MOST, settings.branches()),
            "perspectives.angles",
            "The angles, separated by commas, instead of the configured ones."));
  }

  @Override
  public Plan plan(ResponseRequest request, List<Item> items) {
    Options options = new Options(NAME, request.metadata());
    List<Angle> angles = angles(options);
    List<Plan.Generate> branches = new ArrayList<>();
    List<Prompt.Part> answers = new ArrayList<>();
    Question question = Question.of(items);
    for (int at = 0; at < angles.size(); at++) {
      Angle angle = angles.get(at);
      String id = "angle-" + (at + 1);
      branches.add(
          new Plan.Generate(
              id,
              angle.name(),
              prompt(request, angle.task(), question, List.of()),
              settings.branchTokens()));
      answers.add(new Prompt.Output(id, "Angle: " + angle.name() + "\n\n"));
    }
    Plan.Generate merge =
        new Plan.Generate(
            "merge", "merge", prompt(request, MERGE, question, answers), request.maxOutputTokens());
    return new Plan(
        options.text("model", settings.model()),
        List.of(new Plan.Map(branches, settings.concurrency()), merge));
  }

  /** The question stays the last thing said, behind whatever answers there are. */
  private static Prompt prompt(
      ResponseRequest request, String task, Question question, List<Prompt.Part> answers) {
    List<Prompt.Part> message = new ArrayList<>(answers);
    message.add(new Prompt.Text(question.text()));
    String own = request.instructions();
    String instructions = own == null || own.isBlank() ? task : own + "\n\n" + task;
    return new Prompt(instructions, question.before(), message, Map.of());
  }

  /** The user's last words and what came before them; images stay before. */
  private record Question(List<Item> before, String text) {

    static Question of(List<Item> items) {
      if (!items.isEmpty()
          && items.getLast() instanceof Item.Message message
          && message.role() == Role.USER) {
        boolean words =
            message.content().stream().allMatch(part -> part instanceof Content.InputText);
        return new Question(words ? items.subList(0, items.size() - 1) : items, message.text());
      }
      return new Question(items, "");
    }
  }

  /** A point of view. */
  private record Angle(String name, String view) {

    static Angle of(String words) {
      return new Angle(words.split(":", 2)[0].strip(), words);
    }

    /** The same once more, for when there are more branches than angles. */
    Angle again(int time) {
      return time == 1
          ? this
          : new Angle(
              "%s (%d)".formatted(name, time), "%s. This is view %d.".formatted(view, time));
    }

    String task() {
      return "Answer the user's question from one angle only: " + view;
    }
  }

  private List<Angle> angles(Options options) {
    List<String> named = options.list("angles");
    List<String> known = named.isEmpty() ? settings.angles() : named;
    int usual = named.isEmpty() ? settings.branches() : named.size();
    if (usual > MOST) {
      throw options.wrong("angles", usual + " angles", "at most " + MOST);
    }
    int count = options.count("branches", MOST).orElse(usual);
    List<Angle> angles = new ArrayList<>();
    for (int at = 0; at < count; at++) {
      angles.add(Angle.of(known.get(at % known.size())).again(1 + at / known.size()));
    }
    return angles;
  }
}
