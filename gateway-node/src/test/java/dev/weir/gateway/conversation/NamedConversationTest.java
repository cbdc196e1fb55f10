package dev.weir.gateway.conversation;

import static dev.weir.gateway.conversation.Refusals.notFound;
import static dev.weir.gateway.conversation.Refusals.refused;
import static dev.weir.gateway.node.SimResponses.ask;
import static dev.weir.gateway.node.SimResponses.endless;
import static dev.weir.gateway.node.SimResponses.input;
import static dev.weir.gateway.node.SimResponses.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.openai.client.OpenAIClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.conversations.items.ItemListParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseConversationParam;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import dev.weir.gateway.node.RunningNodes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Responses of a conversation with a name. */
class NamedConversationTest {

  private static final String NO_CONVERSATION = "conversation_not_found";

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of("weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }");

  private final OpenAIClient client = nodes.node().client();
  private final OpenAIClient stranger = client.withOptions(options -> options.apiKey("another"));

  @Test
  void aNamedConversationGoesOnByItself() {
    String conversation = begin();
    Response first = create(ask("Where does the river rise?").conversation(conversation));
    Response second =
        create(
            ask("And then?")
                .conversation(ResponseConversationParam.builder().id(conversation).build()));

    assertThat(input(second)).isGreaterThan(input(first) + output(first));
    for (Response response : List.of(first, second)) {
      assertThat(response.validate().conversation().orElseThrow().id()).isEqualTo(conversation);
    }
    assertThat(client.responses().retrieve(second.id())).isEqualTo(second);
    var items =
        client
            .conversations()
            .items()
            .list(
                ItemListParams.builder()
                    .conversationId(conversation)
                    .order(ItemListParams.Order.ASC)
                    .build())
            .response()
            .validate()
            .data();
    assertThat(items).hasSize(4);
    assertThat(items.get(3).asMessage().id())
        .isEqualTo(second.output().getFirst().asMessage().id());
  }

  @Test
  void aResponseOfANamedConversationCanBeContinuedById() {
    String conversation = begin();
    Response named = create(ask("In the open.").conversation(conversation));
    Response branch = create(ask("Aside.").previousResponseId(named.id()));

    assertThat(branch.conversation()).isEmpty();
    assertThat(input(branch)).isGreaterThan(input(named) + output(named));
    assertThat(client.conversations().items().list(conversation).items()).hasSize(2);
  }

  @Test
  void aSecondResponseAtOnceIsAConflict() {
    String conversation = begin();
    try (var stream =
        client
            .responses()
            .createStreaming(endless("Endless.").conversation(conversation).build())) {
      String id = stream.stream().findFirst().orElseThrow().asCreated().response().id();

      assertThatThrownBy(() -> create(ask("Me too.").conversation(conversation)))
          .asInstanceOf(type(OpenAIServiceException.class))
          .satisfies(
              conflict -> {
                assertThat(conflict.statusCode()).isEqualTo(409);
                assertThat(conflict.code()).contains("conversation_locked");
              });
      client.responses().cancel(id);
    }
    assertThat(create(ask("Now me.").conversation(conversation)).status())
        .contains(ResponseStatus.COMPLETED);
  }

  @Test
  void aConversationThatIsNotThereIsNotFound() {
    String mine = begin();
    String deleted = begin();
    client.conversations().delete(deleted);

    notFound(
        () -> stranger.responses().create(ask("Hello.").conversation(mine).build()),
        NO_CONVERSATION);
    for (String id : List.of(deleted, "conv_never", "nonsense")) {
      notFound(() -> create(ask("Hello.").conversation(id)), NO_CONVERSATION);
    }
  }

  @Test
  void aPreviousResponseAndAConversationAreTooMuch() {
    Response first = create(ask("One."));
    String conversation = begin();

    refused(
        () -> create(ask("Both.").previousResponseId(first.id()).conversation(conversation)),
        "conversation");
  }

  private Response create(ResponseCreateParams.Builder params) {
    return client.responses().create(params.build());
  }

  private String begin() {
    return client.conversations().create().id();
  }
}
