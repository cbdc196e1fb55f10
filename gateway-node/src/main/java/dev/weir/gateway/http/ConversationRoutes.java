package dev.weir.gateway.http;

import dev.weir.gateway.conversation.Conversations;
import dev.weir.gateway.json.ConversationWriter;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ItemReader;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Slice;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/conversations}. */
final class ConversationRoutes {

  private static final String ALL = "/v1/conversations";
  private static final String ONE = ALL + "/{id}";
  private static final String ITEMS = ONE + "/items";
  private static final String ITEM = ITEMS + "/{item}";
  private static final int MOST_ITEMS = 20;

  private final Conversations conversations;
  private final ItemReader reader;

  ConversationRoutes(Conversations conversations, ItemReader reader) {
    this.conversations = conversations;
    this.reader = reader;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.POST, ALL, bodies.json(this::create)),
        Endpoint.of(HttpMethods.GET, ONE, bodies.none(this::describe)),
        Endpoint.of(HttpMethods.POST, ONE, bodies.json(this::update)),
        Endpoint.of(HttpMethods.DELETE, ONE, bodies.none(this::delete)),
        Endpoint.of(HttpMethods.GET, ITEMS, bodies.none(this::list)),
        Endpoint.of(HttpMethods.POST, ITEMS, bodies.json(this::add)),
        Endpoint.of(HttpMethods.GET, ITEM, bodies.none(this::item)),
        Endpoint.of(HttpMethods.DELETE, ITEM, bodies.none(this::deleteItem)));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    return conversations
        .create(context.caller(), ResponseRequestReader.metadata(body), items(body))
        .thenApply(ConversationRoutes::answer);
  }

  private CompletionStage<HttpResponse> describe(RequestContext context) {
    return conversations
        .describe(context.caller(), context.part("id"))
        .thenApply(ConversationRoutes::answer);
  }

  private CompletionStage<HttpResponse> update(RequestContext context, Fields body) {
    return conversations
        .update(context.caller(), context.part("id"), ResponseRequestReader.metadata(body))
        .thenApply(ConversationRoutes::answer);
  }

  private CompletionStage<HttpResponse> delete(RequestContext context) {
    String id = context.part("id");
    return conversations
        .delete(context.caller(), id)
        .thenApply(done -> Answers.json(ConversationWriter.deleted(id, "conversation.deleted")));
  }

  private CompletionStage<HttpResponse> list(RequestContext context) {
    return conversations
        .list(context.caller(), context.part("id"), Paging.of(context))
        .thenApply(slice -> Answers.json(ConversationWriter.list(slice)));
  }

  private CompletionStage<HttpResponse> add(RequestContext context, Fields body) {
    List<Item> items = items(body);
    if (items.isEmpty()) {
      throw body.error("items", "Missing required parameter: 'items'.");
    }
    return conversations
        .add(context.caller(), context.part("id"), items)
        .thenApply(added -> Answers.json(ConversationWriter.list(new Slice(added, false))));
  }

  private CompletionStage<HttpResponse> item(RequestContext context) {
    return conversations
        .item(context.caller(), context.part("id"), context.part("item"))
        .thenApply(item -> Answers.json(ConversationWriter.item(item)));
  }

  private CompletionStage<HttpResponse> deleteItem(RequestContext context) {
    return conversations
        .deleteItem(context.caller(), context.part("id"), context.part("item"))
        .thenApply(ConversationRoutes::answer);
  }

  private List<Item> items(Fields body) {
    List<Item> items = reader.input(body, "items");
    if (items.size() > MOST_ITEMS) {
      throw body.error(
          "items", "'items' has %d entries; %d at most.".formatted(items.size(), MOST_ITEMS));
    }
    return items;
  }

  private static HttpResponse answer(Conversations.Described it) {
    return Answers.json(ConversationWriter.body(it.id(), it.metadata(), it.createdAt()));
  }
}
