package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ItemCborTest {

  static final List<Item> ALL =
      List.of(
          new Item.Message(
              "m1",
              ItemStatus.COMPLETED,
              Role.USER,
              List.of(
                  new Content.InputText("héron"),
                  new Content.InputImage("https://weir.example/a.png", "auto"),
                  new Content.OutputText("yes"),
                  new Content.Refusal("no"))),
          new Item.FunctionCall("f1", ItemStatus.COMPLETED, "call1", "look", "{\"a\":1}"),
          new Item.FunctionCallOutput("o1", ItemStatus.INCOMPLETE, "call1", "seen"),
          new Item.Reasoning("t1", ItemStatus.IN_PROGRESS, "hm"));

  /** Written by the first version; must be readable for ever. */
  private static final String GOLDEN =
      "84bf6474797065676d657373616765626964626d316673746174757369434f4d504c4554454464726f6c"
          + "65645553455267636f6e74656e7484bf64747970656a696e7075745f7465787464746578746668c3a972"
          + "6f6effbf64747970656b696e7075745f696d6167656375726c781a68747470733a2f2f776569722e6578"
          + "616d706c652f612e706e676664657461696c646175746fffbf64747970656b6f75747075745f74657874"
          + "647465787463796573ffbf6474797065677265667573616c6474657874626e6fffffbf64747970656d66"
          + "756e6374696f6e5f63616c6c6269646266316673746174757369434f4d504c455445446663616c6c4964"
          + "6563616c6c31646e616d65646c6f6f6b69617267756d656e7473677b2261223a317dffbf647479706574"
          + "66756e6374696f6e5f63616c6c5f6f7574707574626964626f31667374617475736a494e434f4d504c45"
          + "54456663616c6c49646563616c6c31666f7574707574647365656effbf647479706569726561736f6e69"
          + "6e67626964627431667374617475736b494e5f50524f4752455353647465787462686dff";

  @Test
  void readsWhatItWrote() {
    assertThat(ItemCbor.read(ItemCbor.write(ALL))).isEqualTo(ALL);
  }

  @Test
  void readsWhatTheFirstVersionWrote() {
    assertThat(ItemCbor.read(HexFormat.of().parseHex(GOLDEN))).isEqualTo(ALL);
  }

  @Test
  void everyKindOfItemAndContentHasAStoredForm() {
    Set<Class<?>> items = ALL.stream().map(Object::getClass).collect(Collectors.toSet());
    Set<Class<?>> contents =
        ((Item.Message) ALL.get(0))
            .content().stream().map(Object::getClass).collect(Collectors.toSet());
    assertThat(items).containsExactlyInAnyOrder(Item.class.getPermittedSubclasses());
    assertThat(contents).containsExactlyInAnyOrder(Content.class.getPermittedSubclasses());
  }

  @Test
  void skipsFieldsOfLaterVersions() throws IOException {
    CBORMapper plain = new CBORMapper();
    ArrayNode tree = (ArrayNode) plain.readTree(ItemCbor.write(ALL));
    for (JsonNode item : tree) {
      ((ObjectNode) item).put("later", 1);
    }
    assertThat(ItemCbor.read(plain.writeValueAsBytes(tree))).isEqualTo(ALL);
  }

  @Test
  void refusesWhatIsNotItems() {
    assertThatThrownBy(() -> ItemCbor.read(new byte[] {1, 2, 3}))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void keepsTextOfManyMegabytes() {
    List<Item> large = List.of(Item.message("m", Role.USER, "x".repeat(24 << 20)));
    assertThat(ItemCbor.read(ItemCbor.write(large))).isEqualTo(large);
  }

  @Test
  void namesNoClass() {
    String stored = new String(ItemCbor.write(ALL), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(Stream.of("dev.weir", "FunctionCall", "InputText")).noneMatch(stored::contains);
  }
}
