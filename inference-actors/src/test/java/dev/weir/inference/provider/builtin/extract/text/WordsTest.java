package dev.weir.inference.provider.builtin.extract.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {

  @Test
  void formsOfAWordAreOneTerm() {
    for (List<String> forms :
        List.of(
            List.of("install", "installs", "installed", "installing", "installation"),
            List.of("river", "rivers", "river's"),
            List.of("build", "builds", "building", "built"),
            List.of("city", "cities"),
            List.of("box", "boxes"),
            List.of("stop", "stopped", "stopping"),
            List.of("write", "writes", "writing", "wrote", "written"))) {
      assertThat(forms.stream().flatMap(form -> Words.terms(form).stream()).distinct())
          .as("%s", forms)
          .hasSize(1);
    }
  }

  @Test
  void accentsOfLatinLettersDoNotCount() {
    assertThat(Words.terms("Résumé ÉTÉ")).isEqualTo(Words.terms("resume ete"));
    assertThat(Words.terms("йод")).isNotEqualTo(Words.terms("иод"));
  }

  @Test
  void scriptsWithoutSpacesGivePairs() {
    assertThat(Words.terms("生まれる川 ab 中")).containsExactly("生ま", "まれ", "れる", "る川", "ab", "中");
  }

  @Test
  void stopWordsAreThoseOfTheLanguage() {
    assertThat(StopWords.of(Words.plain("Die Katze ist auf dem Dach und schläft")))
        .contains("ist", "dem");
    assertThat(StopWords.of(Words.plain("The war of the cats is over")))
        .doesNotContain("war")
        .contains("the");
  }
}
