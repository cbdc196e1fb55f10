package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.provider.builtin.extract.text.Corpus;
import dev.weir.inference.provider.builtin.extract.text.Length;
import dev.weir.inference.provider.builtin.extract.text.Passage;
import dev.weir.inference.provider.builtin.extract.text.Passage.Origin;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import dev.weir.inference.provider.builtin.extract.text.Summary;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes the answer in prose: small talk, a summary, or the sentences that answer best. The same
 * context always gives the same words.
 */
final class Writer {

  /** The metadata key that says what to do: {@code summarize} takes the whole message as text. */
  static final String TASK = "extract.task";

  private static final int SHORT_OUTPUT = 600;

  private static final Pattern FOCUS =
      Pattern.compile(
          "(?i)\\b(?:about|regarding|concerning|focus(?:ing)? on|über|zu|sur|sobre)\\s+(.+)");

  private final Context context;
  private final Runnable checkpoint;

  /**
   * @param checkpoint run between steps; throws to give up
   */
  Writer(Context context, Runnable checkpoint) {
    this.context = context;
    this.checkpoint = checkpoint;
  }

  String write() {
    if (!context.outputs().isEmpty()) {
      return fromOutputs();
    }
    boolean summarize = "summarize".equals(context.call().metadata().get(TASK));
    Optional<String> smallTalk = Phrases.smallTalk(context.message());
    if (smallTalk.isPresent() && !summarize) {
      return smallTalk.get();
    }
    Request request = Request.of(context.message(), summarize);
    if (request.task() == Request.Task.NOTE
        && Request.speaksOfSummary(context.call().instructions())) {
      request = Request.of(context.message(), true);
    }
    Length length = Length.of(request.words(), context.call().maxOutputTokens());
    return switch (request.task()) {
      case SUMMARIZE -> summarize(request, length);
      case ANSWER -> answer(request, length);
      case NOTE -> Phrases.NOTED;
    };
  }

  private String fromOutputs() {
    String all = String.join("\n", context.outputs().stream().map(Outputs::readable).toList());
    if (all.length() <= SHORT_OUTPUT) {
      return all.isBlank() ? "The function returned nothing." : all.strip();
    }
    Corpus corpus = corpus(Sentences.of(all));
    Length length = Length.of(context.message(), context.call().maxOutputTokens());
    List<Passage> found = new Finder(corpus, length, true).find(context.message());
    return found.isEmpty() ? summary(corpus, context.message(), length) : Prose.of(found, length);
  }

  private String summarize(Request request, Length length) {
    List<Sentence> text = request.body();
    if (text.isEmpty()) {
      text =
          context.corpus(List.of(), checkpoint).passages().stream()
              .filter(passage -> passage.origin() != Origin.INSTRUCTIONS)
              .map(Passage::sentence)
              .filter(sentence -> !sentence.asks())
              .toList();
    }
    var focus = FOCUS.matcher(request.words());
    return text.isEmpty()
        ? Phrases.NOTHING_TO_SUMMARIZE
        : summary(corpus(text), focus.find() ? focus.group(1) : "", length);
  }

  private String answer(Request request, Length length) {
    Corpus corpus = context.corpus(request.body(), checkpoint);
    boolean ownText = !request.body().isEmpty();
    Finder finder = new Finder(corpus, length, ownText);
    Set<String> answers = new LinkedHashSet<>();
    for (String question : request.asked()) {
      List<Passage> found = finder.find(question);
      if (!found.isEmpty()) {
        String said = Prose.of(found, length);
        answers.add(Finder.isQuotable(found) ? "You said: “" + said + "”" : said);
      } else if (ownText && !finder.isAboutSomething(question)) {
        answers.add(summary(corpus(request.body()), "", length));
      }
    }
    return answers.isEmpty() ? nothingFound(request, corpus) : String.join("\n", answers);
  }

  private String nothingFound(Request request, Corpus corpus) {
    if (request.body().isEmpty() && request.words().endsWith(".")) {
      return Phrases.NOTED;
    }
    boolean hasText = corpus.passages().stream().anyMatch(p -> p.origin() != Origin.INSTRUCTIONS);
    return hasText ? Phrases.NOT_FOUND : Phrases.NO_TEXT;
  }

  private Corpus corpus(List<Sentence> text) {
    return new Corpus.Builder(checkpoint).add(Origin.QUESTION_MESSAGE, text).build();
  }

  private String summary(Corpus corpus, String focus, Length length) {
    checkpoint.run();
    List<Passage> chosen = Summary.of(corpus, focus, length).stream().map(corpus::passage).toList();
    if (chosen.isEmpty()) {
      chosen = corpus.passages().stream().limit(1).toList();
    }
    return Prose.of(chosen, length);
  }
}
