package dev.weir.gateway.socket;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was said in the responses of one socket that are stored nowhere else, so that they can be
 * continued here. The least recently used are forgotten first. Not thread safe.
 */
final class Memory {

  private static final int STRUCTURE = 100;

  /**
   * A response's whole context.
   *
   * @param parent the stored response that {@code items} continue, or null
   */
  private record Known(List<Item> items, @Nullable String parent, long weight) {}

  private final int mostResponses;
  private final long mostBytes;
  private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Memory(int mostResponses, long mostBytes) {
    this.mostResponses = mostResponses;
    this.mostBytes = mostBytes;
  }

  /** The request with the context it continues put before it; empty when that is not kept here. */
  Optional<ResponseRequest> expand(ResponseRequest request) {
    Known context = known.get(String.valueOf(request.previousResponseId()));
    return context == null
        ? Optional.empty()
        : Optional.of(
            request.continuing(
                Stream.concat(context.items().stream(), request.input().stream()).toList(),
                context.parent()));
  }

  /**
   * Keeps what {@code response} said.
   *
   * @param asked the request as it was run, with its context
   */
  void remember(Response response, ResponseRequest asked) {
    List<Item> items = Stream.concat(asked.input().stream(), response.said()).toList();
    long weight = items.stream().mapToLong(Memory::weight).sum();
    forget(response.id().toString());
    known.put(response.id().toString(), new Known(items, asked.previousResponseId(), weight));
    bytes += weight;
    while (bytes > mostBytes || known.size() > mostResponses) {
      forget(known.keySet().iterator().next());
    }
  }

  void forget(@Nullable String id) {
    Known gone = known.remove(String.valueOf(id));
    if (gone != null) {
      bytes -= gone.weight();
    }
  }

  private static long weight(Item item) {
    return STRUCTURE
        + switch (item) {
          case Item.Message message -> message.content().stream().mapToLong(Memory::weight).sum();
          case Item.FunctionCall call -> call.arguments().length();
          case Item.FunctionCallOutput output -> output.output().length();
          case Item.Reasoning reasoning -> reasoning.text().length();
        };
  }

  private static long weight(Content content) {
    return content instanceof Content.InputImage image
        ? image.url().length()
        : content.text().length();
  }
}
