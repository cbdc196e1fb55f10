package dev.weir.orchestrator.response;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One response as it stands: an immutable snapshot.
 *
 * @param conversationId what the client named, or null when the conversation is implicit
 * @param incompleteReason {@code max_output_tokens}, {@code content_filter}, {@code cancelled} …
 */
public record Response(
    ResponseId id,
    Caller caller,
    ResponseRequest request,
    Status status,
    Instant createdAt,
    @Nullable Instant completedAt,
    List<OutputItem> output,
    @Nullable Usage usage,
    @Nullable WeirError error,
    @Nullable String incompleteReason,
    @Nullable String conversationId,
    Summary summary) {

  public Response {
    output = List.copyOf(output);
  }

  /** Where a response stands. */
  public enum Status {
    QUEUED,
    IN_PROGRESS,
    COMPLETED,
    FAILED,
    INCOMPLETE,
    CANCELLED;

    public boolean isTerminal() {
      return this != QUEUED && this != IN_PROGRESS;
    }
  }

  /**
   * What it took, for the {@code weir} object of the wire.
   *
   * @param latency time spent, by stage
   * @param cost nano-USD charged
   * @param attempts model calls made, retries included
   * @param deployment the last that answered; empty before one did
   * @param cache where the last answer came from; null when it is not one to share
   * @param route why that deployment, in words; empty where nobody says
   * @param degradedFrom the model that was asked for, where another stood in; else empty
   * @param repaired whether a first answer did not have the form that was asked for
   */
  public record Summary(
      Map<String, Duration> latency,
      long cost,
      int attempts,
      String deployment,
      Delta.@Nullable Came cache,
      String route,
      String degradedFrom,
      boolean repaired) {
    public static final Summary NONE = new Summary(Map.of(), 0, 0, "", null, "", "", false);

    /** What was added later, a row that does not know it has none of. */
    public Summary {
      latency = Map.copyOf(latency);
      route = Objects.requireNonNullElse(route, "");
      degradedFrom = Objects.requireNonNullElse(degradedFrom, "");
    }
  }

  /** This response as it was when it began. */
  Response begun() {
    return new Response(
        id,
        caller,
        request,
        Status.IN_PROGRESS,
        createdAt,
        null,
        List.of(),
        null,
        null,
        null,
        conversationId,
        Summary.NONE);
  }

  /** This response with a failure as its end; it keeps the output. */
  public Response failed(WeirError failure) {
    return new Response(
        id,
        caller,
        request,
        Status.FAILED,
        createdAt,
        completedAt,
        output,
        usage,
        failure,
        null,
        conversationId,
        summary);
  }

  /** This response without what was put in: as everybody but its run needs it. */
  public Response withoutInput() {
    return asking(request.withoutInput());
  }

  /** The same response, echoing {@code asked} as its request. */
  public Response asking(ResponseRequest asked) {
    return new Response(
        id,
        caller,
        asked,
        status,
        createdAt,
        completedAt,
        output,
        usage,
        error,
        incompleteReason,
        conversationId,
        summary);
  }

  /** What the model said, without the steps on the way. */
  public Stream<Item> said() {
    return output.stream()
        .flatMap(
            item -> item instanceof OutputItem.Said said ? Stream.of(said.item()) : Stream.of());
  }
}
