package dev.weir.inference.provider.builtin.extract;

import static dev.weir.inference.provider.builtin.extract.Calls.SALMON;
import static dev.weir.inference.provider.builtin.extract.Calls.answer;
import static dev.weir.inference.provider.builtin.extract.Calls.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "When was the first fish ladder built?|The first fish ladder of the valley was built in"
            + " 1932 by engineers from Bergen.",
        "How high can a salmon jump?|A salmon can jump 3.7 metres to pass a waterfall.",
        "Why was fishing banned?|Fishing was therefore banned in the upper river because the stock"
            + " had shrunk too far.",
        "Which salmon survive spawning?|Atlantic salmon may survive and spawn again."
      })
  void answersFromTheDocumentBeforeOrBehindTheQuestion(String question, String expected) {
    assertThat(answer(SALMON + "\n\n" + question)).startsWith(expected);
    assertThat(answer(question + "\n\n" + SALMON)).startsWith(expected);
    assertThat(answer(SALMON, "Yes?", question)).startsWith(expected);
  }

  @Test
  void answersFromInstructionsAndOtherParts() {
    Item parts =
        new Item.Message(
            "m",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(new Content.InputText(SALMON), new Content.InputText("Who counted the fish?")));
    assertThat(answer(ModelCall.of("", List.of(parts), 500))).contains("Dr. Smith");
    ModelCall instructed =
        ModelCall.of(
            "The shop opens at nine. Parking costs two euros.",
            chat("What does parking cost?").items(),
            500);
    assertThat(answer(instructed)).isEqualTo("Parking costs two euros.");
  }

  @Test
  void remembersWhatTheUserSaid() {
    assertThat(answer("My name is Ada. I live in Paris.", "Noted.", "What is my name?"))
        .isEqualTo("You said: “My name is Ada.”");
    assertThat(answer("My name is Ada. I live in Paris.", "Noted.", "Where do I live?"))
        .contains("Paris");
    assertThat(answer("My name is Ada.", "Noted.", "My name is Bob.", "Noted.", "What is my name?"))
        .as("what was said last counts")
        .contains("Bob");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "My boat is red. It lies at the old lock.|What colour is my boat?|red",
        "The ferry costs two euros. The bus is free.|What is the price of the ferry?|two euros",
        "The large river is called Donau. It is long.|What is the name of the river?|Donau"
      })
  void anAnswerNeedNotNameTheAttributeThatIsAskedFor(
      String text, String question, String expected) {
    assertThat(answer(text, "Noted.", question)).contains(expected);
  }

  @Test
  void answersEachOfTwoQuestions() {
    assertThat(answer(SALMON + "\n\nHow high can a salmon jump? Who counted the fish?"))
        .contains("3.7 metres")
        .contains("Dr. Smith");
  }

  @Test
  void aHeadingBringsWhatStandsUnderIt() {
    String manual =
        """
        # Install
        Run the script.

        # Configure
        Set these keys:
        - port: the port
        - host: the host

        # Stop
        Press Ctrl-C.\
        """;
    assertThat(answer(manual + "\n\nWhich keys can I set?"))
        .isEqualTo("Set these keys:\n- port: the port\n- host: the host");
    assertThat(answer("How do I install it?\n\n" + manual)).isEqualTo("Run the script.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Die Donau entspringt im Schwarzwald. Wien ist die Hauptstadt von Österreich. Die Stadt"
            + " wächst.|Wo entspringt die Donau?|Die Donau entspringt im Schwarzwald.",
        "La Seine traverse Paris. Le Rhône traverse Lyon. La Loire est longue.|Quel fleuve traverse"
            + " Lyon ?|Le Rhône traverse Lyon.",
        "El Ebro pasa por Zaragoza. El Tajo pasa por Toledo.|¿Qué río pasa por Toledo?|El Tajo pasa"
            + " por Toledo.",
        "长江是中国最长的河流。黄河是第二长的河流。珠江在南方。|中国最长的河流是什么？|长江是中国最长的河流。",
        "鮭は川で生まれる。熊は山に住む。|鮭はどこで生まれますか？|鮭は川で生まれる。",
        "Волга впадает в Каспийское море. Дон впадает в Азовское море.|Куда впадает Волга?|Волга"
            + " впадает в Каспийское море."
      })
  void answersInOtherLanguages(String text, String question, String expected) {
    assertThat(answer(text + "\n\n" + question)).startsWith(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Hi", "hello!", "Hey there", "Hallo", "Bonjour", "你好", "", "   ", "🙂"})
  void greetsAndSaysWhatItIsFor(String greeting) {
    assertThat(answer(greeting)).isEqualTo(Phrases.HELLO);
  }

  @Test
  void isHonestWhenTheTextHasNoAnswer() {
    assertThat(answer("What is the capital of France?")).isEqualTo(Phrases.NO_TEXT);
    assertThat(answer(SALMON, "Noted.", "What is the price of gold?")).isEqualTo(Phrases.NOT_FOUND);
    assertThat(
            answer("The capital of Germany is Berlin.", "Noted.", "What is the capital of France?"))
        .isEqualTo(Phrases.NOT_FOUND);
    assertThat(answer("Who are you?")).isEqualTo(Phrases.ABOUT);
    assertThat(answer("Thanks!")).isEqualTo(Phrases.WELCOME);
  }

  @Test
  void doesNotQuoteItsOwnTalkOrTheQuestionItself() {
    assertThat(answer("What is my name?", Phrases.NO_TEXT, "What is my name?"))
        .doesNotContain("Paste a text and ask about it.\"")
        .doesNotStartWith("You said");
  }

  @Test
  void aLaterLongerConversationStaysTheSame() {
    List<String> turns = new ArrayList<>();
    for (int at = 0; at < 40; at++) {
      turns.add(
          "Shelf number " + at + " holds the " + "abcdefghij".charAt(at % 10) + at + " boxes.");
      turns.add(Phrases.NOTED);
    }
    turns.add("What does shelf number 23 hold?");
    assertThat(answer(turns.toArray(String[]::new)))
        .isEqualTo("Shelf number 23 holds the d23 boxes.");
  }

  @Test
  void answersFromTheOutputOfAFunction() {
    List<Item> items =
        List.of(
            Item.message("m", Role.USER, "What is the weather in Paris?"),
            new Item.FunctionCall(
                "f", ItemStatus.COMPLETED, "c1", "get_weather", "{\"city\":\"Paris\"}"),
            new Item.FunctionCallOutput(
                "o",
                ItemStatus.COMPLETED,
                "c1",
                "{\"temperature\":21,\"sky\":\"clear\",\"days\":[1,2]}"));
    assertThat(answer(ModelCall.of("", items, 500)))
        .isEqualTo("temperature: 21\nsky: clear\ndays: 1, 2");
  }
}
