package dev.weir.gateway.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A Markdown file as far as its links go. */
record Markdown(Path file, List<String> lines) {

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^()\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  /** Reads a file without its code blocks. */
  static Markdown read(Path file) {
    List<String> lines = new ArrayList<>();
    boolean code = false;
    try {
      for (String line : Files.readAllLines(file)) {
        boolean fence = line.strip().startsWith("```");
        code ^= fence;
        if (!code && !fence) {
          lines.add(line);
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return new Markdown(file, lines);
  }

  /** Links to files of this repository that lead nowhere, each with its file. */
  List<String> brokenLinks() {
    return links().stream().filter(link -> !leadsSomewhere(link)).map(this::named).toList();
  }

  /** What the file links to, other sites apart. */
  List<String> links() {
    return lines.stream()
        .map(line -> line.replaceAll("`[^`]*`", "code"))
        .flatMap(line -> LINK.matcher(line).results().map(result -> result.group(1)))
        .filter(link -> !ELSEWHERE.matcher(link).matches())
        .toList();
  }

  private String named(String link) {
    return file + " -> " + link;
  }

  private boolean leadsSomewhere(String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    if (hash < 0 || !target.toString().endsWith(".md")) {
      return Files.exists(target);
    }
    return Files.exists(target) && read(target).anchors().contains(link.substring(hash + 1));
  }

  /** The names by which headings can be linked to, as GitHub makes them. */
  Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : lines) {
      HEADING
          .matcher(line)
          .results()
          .findFirst()
          .map(Markdown::anchor)
          .ifPresent(
              anchor -> {
                int before = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
              });
    }
    return anchors;
  }

  private static String anchor(MatchResult heading) {
    return heading
        .group(1)
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
        .replace(' ', '-');
  }
}
