package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.provider.builtin.extract.text.Length;
import dev.weir.inference.provider.builtin.extract.text.Passage;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import java.util.List;

/** Sets sentences as running text, with lists and code on lines of their own. */
final class Prose {

  private Prose() {}

  static String of(List<Passage> passages, Length length) {
    StringBuilder text = new StringBuilder();
    for (Passage passage : passages) {
      Sentence sentence = passage.sentence();
      boolean item = length.bullets() || sentence.kind() == Sentence.Kind.ITEM;
      boolean ownLine = item || sentence.kind() == Sentence.Kind.CODE;
      if (!text.isEmpty()) {
        text.append(ownLine || endsLine(text) ? "\n" : gap(text));
      }
      text.append(item && !sentence.announces() && passages.size() > 1 ? "- " : "")
          .append(sentence.text());
    }
    return length.trim(text.toString());
  }

  /** Whether the last line is a list item, so that what follows needs a new one. */
  private static boolean endsLine(CharSequence text) {
    String all = text.toString();
    return all.startsWith("- ", all.lastIndexOf('\n') + 1);
  }

  private static String gap(CharSequence text) {
    int last = Character.codePointBefore(text, text.length());
    return last >= 0x3000 && last <= 0xFFEF ? "" : " ";
  }
}
