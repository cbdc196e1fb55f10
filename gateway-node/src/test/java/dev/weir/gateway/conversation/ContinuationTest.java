package dev.weir.gateway.conversation;

import static dev.weir.gateway.conversation.Refusals.notFound;
import static dev.weir.gateway.node.SimResponses.ask;
import static dev.weir.gateway.node.SimResponses.endless;
import static dev.weir.gateway.node.SimResponses.input;
import static dev.weir.gateway.node.SimResponses.output;
import static dev.weir.gateway.node.SimResponses.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.inputitems.InputItemListParams;
import dev.weir.gateway.node.RunningNodes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Responses that continue others, by id. */
class ContinuationTest {

  private static final String FAST =
      """
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
      weir.deployments.narrow = ${weir.deployments.sim} { context-window = 600, max-output = 100 }
      weir.models.narrow { deployments = [narrow] }
      """;
  private static final String NO_PREVIOUS = "previous_response_not_found";

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(FAST);

  private final OpenAIClient client = nodes.node().client();
  private final OpenAIClient stranger = client.withOptions(options -> options.apiKey("another"));

  @Test
  void eachLinkOfAChainReadsAllBeforeIt() {
    Response first = create(ask("Where does the river rise?"));
    Response second = create(ask("And then?").previousResponseId(first.id()));
    Response third = create(ask("And then?").previousResponseId(second.id()));

    assertThat(second.validate().previousResponseId()).contains(first.id());
    assertThat(second.conversation()).isEmpty();
    assertThat(first.previousResponseId()).isEmpty();
    assertThat(input(second)).isGreaterThan(input(first) + output(first));
    assertThat(input(third)).isGreaterThan(input(second) + output(second));
    assertThat(text(third)).isNotEqualTo(text(second));
  }

  @Test
  void forksDoNotSeeEachOther() {
    Response root = create(ask("Tell me of two streams."));
    Response left = create(ask("The left one.").previousResponseId(root.id()));
    Response right = create(ask("The right one.").previousResponseId(root.id()));
    Response again = create(ask("The left one.").previousResponseId(root.id()));
    Response leftGoesOn = create(ask("Go on.").previousResponseId(left.id()));
    Response againGoesOn = create(ask("Go on.").previousResponseId(again.id()));

    assertThat(text(again)).isEqualTo(text(left)).isNotEqualTo(text(right));
    assertThat(input(again)).isEqualTo(input(left));
    assertThat(text(againGoesOn)).isEqualTo(text(leftGoesOn));
  }

  @Test
  void instructionsAreNotCarriedOver() {
    String long200 = "Answer as a hydrologist would. ".repeat(200);
    Response told = create(ask("Hello.").instructions(long200));
    Response next = create(ask("Hello again.").previousResponseId(told.id()));

    assertThat(input(told)).isGreaterThan(1000);
    assertThat(input(next)).isLessThan(input(told));
    assertThat(next.instructions()).isEmpty();
  }

  @Test
  void aContextThatIsTooLongIsRefusedOrLosesItsOldest() {
    String long300 = "The river rises in spring. ".repeat(50);
    Response first = create(ask(long300).model("narrow"));
    ResponseCreateParams.Builder next = ask(long300).model("narrow").previousResponseId(first.id());

    assertThatThrownBy(() -> create(next))
        .asInstanceOf(type(BadRequestException.class))
        .satisfies(
            refused -> {
              assertThat(refused.code()).contains("context_length_exceeded");
              assertThat(refused.param()).contains("input");
            });
    Response fitted = create(next.putAdditionalBodyProperty("truncation", JsonValue.from("auto")));
    assertThat(input(fitted)).isLessThanOrEqualTo(500);
    assertThat(fitted.status()).contains(ResponseStatus.COMPLETED);
  }

  @Test
  void aToolCallMakesItsRound() {
    Response called =
        create(
            ask("How high is the water?")
                .addTool(
                    FunctionTool.builder()
                        .name("gauge")
                        .parameters(
                            FunctionTool.Parameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .build())
                        .strict(false)
                        .build())
                .metadata(
                    ResponseCreateParams.Metadata.builder()
                        .putAdditionalProperty("sim.tool", JsonValue.from("gauge"))
                        .build()));
    var call = called.validate().output().getFirst().asFunctionCall();
    assertThat(call.name()).isEqualTo("gauge");

    Response answered =
        create(
            ResponseCreateParams.builder()
                .model("sim")
                .previousResponseId(called.id())
                .inputOfResponse(
                    List.of(
                        ResponseInputItem.ofFunctionCallOutput(
                            ResponseInputItem.FunctionCallOutput.builder()
                                .callId(call.callId())
                                .output("1.2 m and rising")
                                .build()))));
    assertThat(text(answered.validate())).isNotBlank();
    assertThat(input(answered)).isGreaterThan(input(called));
    assertThat(inputs(answered.id()).getFirst().asFunctionCallOutput().callId())
        .contains(call.callId());
  }

  @Test
  void whatCannotBeContinuedIsNotFound() {
    Response mine = create(ask("Mine."));
    Response deleted = create(ask("Soon gone."));
    client.responses().delete(deleted.id());
    Response unkept = create(ask("Not kept.").store(false));

    notFound(() -> stranger.responses().create(after(mine.id())), NO_PREVIOUS);
    for (String id : List.of(deleted.id(), unkept.id(), "resp_x", misspelt(mine.id()))) {
      notFound(() -> client.responses().create(after(id)), NO_PREVIOUS);
    }
    assertThat(create(ask("Still mine.").previousResponseId(mine.id())).status())
        .contains(ResponseStatus.COMPLETED);
  }

  @Test
  void aResponseDeletedWhileItRunsCannotBeContinued() {
    Response running = create(endless("Endless.").background(true));
    client.responses().delete(running.id());

    notFound(() -> client.responses().create(after(running.id())), NO_PREVIOUS);
    notFound(() -> client.responses().retrieve(running.id()), "not_found");
  }

  @Test
  void whatContinuesADeletedResponseKeepsItsContext() {
    Response first = create(ask("The river is called Amber."));
    Response second = create(ask("Remember that.").previousResponseId(first.id()));
    client.responses().delete(first.id());
    Response third = create(ask("Go on.").previousResponseId(second.id()));

    assertThat(input(third)).isGreaterThan(input(second) + output(second));
  }

  @Test
  void whatWasPutInIsListedWhileItRunsAndAfterwards() {
    Response running =
        create(
            endless("")
                .background(true)
                .inputOfResponse(List.of(message("one"), message("two"), message("three"))));
    List<ResponseItem> live = inputs(running.id());
    client.responses().cancel(running.id());
    List<ResponseItem> ended = inputs(running.id());

    assertThat(live.stream().map(ContinuationTest::said)).containsExactly("three", "two", "one");
    assertThat(ended).isEqualTo(live);
    assertThat(live.stream().map(item -> item.asResponseInputMessageItem().id()))
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(id).startsWith("msg_"));
    var page =
        client
            .responses()
            .inputItems()
            .list(
                InputItemListParams.builder()
                    .responseId(running.id())
                    .order(InputItemListParams.Order.ASC)
                    .limit(2)
                    .build());
    assertThat(page.response().validate().hasMore()).isTrue();
    assertThat(page.autoPager().stream().map(ContinuationTest::said))
        .containsExactly("one", "two", "three");
    notFound(() -> stranger.responses().inputItems().list(running.id()), "not_found");
    client.responses().delete(running.id());
    notFound(() -> client.responses().inputItems().list(running.id()), "not_found");
  }

  private Response create(ResponseCreateParams.Builder params) {
    return client.responses().create(params.build());
  }

  private List<ResponseItem> inputs(String response) {
    return client.responses().inputItems().list(response).response().validate().data();
  }

  private static ResponseCreateParams after(String previous) {
    return ask("Go on.").previousResponseId(previous).build();
  }

  private static ResponseInputItem message(String text) {
    return ResponseInputItem.ofEasyInputMessage(
        EasyInputMessage.builder().role(EasyInputMessage.Role.USER).content(text).build());
  }

  private static String said(ResponseItem item) {
    return item.asResponseInputMessageItem().content().getFirst().asInputText().text();
  }

  private static String misspelt(String id) {
    return id.substring(0, id.length() - 1) + (id.endsWith("0") ? "1" : "0");
  }
}
