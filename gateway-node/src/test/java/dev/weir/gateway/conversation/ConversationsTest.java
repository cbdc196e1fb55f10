package dev.weir.gateway.conversation;

import static dev.weir.gateway.conversation.Refusals.notFound;
import static dev.weir.gateway.conversation.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.models.conversations.Conversation;
import com.openai.models.conversations.ConversationCreateParams;
import com.openai.models.conversations.ConversationUpdateParams;
import com.openai.models.conversations.items.ConversationItem;
import com.openai.models.conversations.items.ConversationItemList;
import com.openai.models.conversations.items.ItemCreateParams;
import com.openai.models.conversations.items.ItemDeleteParams;
import com.openai.models.conversations.items.ItemListParams;
import com.openai.models.conversations.items.ItemListParams.Order;
import com.openai.models.conversations.items.ItemRetrieveParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseReasoningItem;
import dev.weir.gateway.node.RunningNodes;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The official client's conversations, on a node with its embedded database. */
class ConversationsTest {

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of("");

  private final OpenAIClient client = nodes.node().client();
  private final OpenAIClient stranger = client.withOptions(options -> options.apiKey("another"));

  @Test
  void isBegunReadChangedAndForgotten() {
    Conversation begun =
        client
            .conversations()
            .create(
                ConversationCreateParams.builder()
                    .metadata(
                        ConversationCreateParams.Metadata.builder()
                            .putAdditionalProperty("topic", JsonValue.from("rivers"))
                            .build())
                    .items(said(2))
                    .build());
    assertThat(begun.validate().id()).startsWith("conv_");
    assertThat(begun._metadata()).isEqualTo(JsonValue.from(Map.of("topic", "rivers")));
    assertThat(client.conversations().retrieve(begun.id()).validate()).isEqualTo(begun);
    assertThat(texts(begun.id(), Order.ASC)).containsExactly("line 0", "line 1");

    Conversation changed = update(client, begun.id());
    assertThat(changed.validate()._metadata()).isEqualTo(JsonValue.from(Map.of("topic", "dams")));
    assertThat(changed.createdAt()).isEqualTo(begun.createdAt());
    assertThat(client.conversations().retrieve(begun.id())).isEqualTo(changed);

    var deleted = client.conversations().delete(begun.id()).validate();
    assertThat(deleted.deleted()).isTrue();
    assertThat(deleted.id()).isEqualTo(begun.id());
    notFound(() -> client.conversations().retrieve(begun.id()), "conversation_not_found");
    notFound(() -> client.conversations().items().list(begun.id()), "conversation_not_found");
    notFound(() -> client.conversations().delete(begun.id()), "conversation_not_found");
  }

  @Test
  void listsItemsPageByPage() {
    String id = begin(said(5));

    assertThat(texts(id, Order.ASC))
        .containsExactly("line 0", "line 1", "line 2", "line 3", "line 4");
    assertThat(texts(id, Order.DESC))
        .containsExactly("line 4", "line 3", "line 2", "line 1", "line 0");
    var page = client.conversations().items().list(list(id).limit(2).build());
    assertThat(page.items()).hasSize(2);
    assertThat(page.hasMore()).contains(true);
    assertThat(page.lastId()).contains(page.items().get(1).asMessage().id());
    assertThat(text(page.items().get(0))).isEqualTo("line 4");
    assertThat(page.autoPager().stream().map(ConversationsTest::text))
        .containsExactly("line 4", "line 3", "line 2", "line 1", "line 0");
  }

  @Test
  void anEmptyConversationHasAnEmptyList() {
    var page = client.conversations().items().list(begin(List.of()));

    assertThat(page.response().validate().data()).isEmpty();
    assertThat(page.hasMore()).contains(false);
  }

  @Test
  void aWrongPageIsNamed() {
    String id = begin(said(1));

    for (long limit : new long[] {0, 101, -1}) {
      refused(() -> client.conversations().items().list(list(id).limit(limit).build()), "limit");
    }
    refused(
        () -> client.conversations().items().list(list(id).order(Order.of("up")).build()), "order");
    refused(
        () -> client.conversations().items().list(list(id).after("msg_unknown").build()), "after");
  }

  @Test
  void keepsItemsOfEveryKindAndForgetsOne() {
    String id = begin(List.of());
    ConversationItemList added =
        client
            .conversations()
            .items()
            .create(
                ItemCreateParams.builder()
                    .conversationId(id)
                    .items(said(1))
                    .addItem(
                        ResponseFunctionToolCall.builder()
                            .callId("call_1")
                            .name("gauge")
                            .arguments("{}")
                            .build())
                    .addItem(
                        ResponseInputItem.FunctionCallOutput.builder()
                            .callId("call_1")
                            .output("1.2 m")
                            .build())
                    .addItem(
                        ResponseReasoningItem.builder().id("rs_mine").summary(List.of()).build())
                    .build())
            .validate();

    assertThat(added.data()).hasSize(4);
    assertThat(added.firstId()).isEqualTo(added.data().get(0).asMessage().id());
    assertThat(added.data().get(1).asFunctionCall().name()).isEqualTo("gauge");
    assertThat(added.data().get(2).asFunctionCallOutput().callId()).contains("call_1");
    assertThat(added.data().get(3).isReasoning()).isTrue();
    var listed = client.conversations().items().list(list(id).order(Order.ASC).build());
    assertThat(listed.response().validate().data()).isEqualTo(added.data());

    String call = added.data().get(1).asFunctionCall().id().orElseThrow();
    assertThat(item(client, id, call).validate()).isEqualTo(added.data().get(1));
    assertThat(forget(client, id, call).validate().id()).isEqualTo(id);
    notFound(() -> item(client, id, call), "item_not_found");
    assertThat(client.conversations().items().list(id).items()).hasSize(3);
  }

  @Test
  void anItemSentTwiceIsTwoItems() {
    String id = begin(List.of());
    var twice =
        ItemCreateParams.builder()
            .conversationId(id)
            .addItem(ResponseReasoningItem.builder().id("rs_mine").summary(List.of()).build())
            .build();
    client.conversations().items().create(twice);
    client.conversations().items().create(twice);

    var page = client.conversations().items().list(list(id).limit(1).build());
    assertThat(page.autoPager().stream().limit(10)).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void tooMuchIsRefused() {
    String id = begin(List.of());
    var metadata = ConversationCreateParams.Metadata.builder();
    IntStream.range(0, 17)
        .forEach(at -> metadata.putAdditionalProperty("k" + at, JsonValue.from("v")));

    refused(
        () ->
            client
                .conversations()
                .create(ConversationCreateParams.builder().metadata(metadata.build()).build()),
        "metadata");
    refused(
        () ->
            client
                .conversations()
                .create(ConversationCreateParams.builder().items(said(21)).build()),
        "items");
    refused(() -> add(client, id, said(21)), "items");
    refused(() -> add(client, id, List.of()), "items");
    assertThat(add(client, id, said(20)).data()).hasSize(20);
  }

  @Test
  void anotherUsersConversationIsNotThere() {
    String id = begin(said(1));
    String item = client.conversations().items().list(id).items().getFirst().asMessage().id();
    String missing = "conversation_not_found";

    notFound(() -> stranger.conversations().retrieve(id), missing);
    notFound(() -> update(stranger, id), missing);
    notFound(() -> stranger.conversations().items().list(id), missing);
    notFound(() -> add(stranger, id, said(1)), missing);
    notFound(() -> item(stranger, id, item), missing);
    notFound(() -> forget(stranger, id, item), missing);
    notFound(() -> stranger.conversations().delete(id), missing);
    assertThat(texts(id, Order.ASC)).containsExactly("line 0");
  }

  @Test
  void whatNeverWasIsNotFound() {
    for (String id : List.of("conv_never", "conv-no-id", "resp_something")) {
      notFound(() -> client.conversations().retrieve(id), "conversation_not_found");
      notFound(() -> add(client, id, said(1)), "conversation_not_found");
    }
    String id = begin(List.of());
    notFound(() -> item(client, id, "msg_never"), "item_not_found");
    notFound(() -> forget(client, id, "msg_never"), "item_not_found");
  }

  private String begin(List<ResponseInputItem> items) {
    return client
        .conversations()
        .create(ConversationCreateParams.builder().items(items).build())
        .id();
  }

  private static Conversation update(OpenAIClient as, String id) {
    return as.conversations()
        .update(
            ConversationUpdateParams.builder()
                .conversationId(id)
                .metadata(
                    ConversationUpdateParams.Metadata.builder()
                        .putAdditionalProperty("topic", JsonValue.from("dams"))
                        .build())
                .build());
  }

  private static ConversationItemList add(
      OpenAIClient as, String id, List<ResponseInputItem> items) {
    return as.conversations()
        .items()
        .create(ItemCreateParams.builder().conversationId(id).items(items).build());
  }

  private static ConversationItem item(OpenAIClient as, String id, String item) {
    return as.conversations()
        .items()
        .retrieve(ItemRetrieveParams.builder().conversationId(id).itemId(item).build());
  }

  private static Conversation forget(OpenAIClient as, String id, String item) {
    return as.conversations()
        .items()
        .delete(ItemDeleteParams.builder().conversationId(id).itemId(item).build());
  }

  private static ItemListParams.Builder list(String id) {
    return ItemListParams.builder().conversationId(id);
  }

  private List<String> texts(String id, Order order) {
    return client.conversations().items().list(list(id).order(order).build()).items().stream()
        .map(ConversationsTest::text)
        .toList();
  }

  private static String text(ConversationItem item) {
    return item.asMessage().content().getFirst().asInputText().text();
  }

  private static List<ResponseInputItem> said(int lines) {
    return IntStream.range(0, lines)
        .mapToObj(
            line ->
                ResponseInputItem.ofEasyInputMessage(
                    EasyInputMessage.builder()
                        .role(EasyInputMessage.Role.USER)
                        .content("line " + line)
                        .build()))
        .toList();
  }
}
