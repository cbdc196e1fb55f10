package dev.weir.inference.cache.redis;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.provider.Delta;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Answers as they are kept: CBOR with an explicit name for each type. A change that older nodes
 * cannot read needs a new {@link #FORMAT}, which is a part of the keys. Thread safe.
 */
final class AnswerCbor {

  static final int FORMAT = 1;

  /**
   * One answer.
   *
   * @param key under which it is kept
   * @param mark when its call began
   */
  @JsonTypeName("answer")
  record Kept(String key, AnswerStore.Mark mark, List<Delta> deltas) {}

  private static final CBORMapper MAPPER =
      CBORMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addMixIn(Delta.class, DeltaNames.class)
          .build();

  private static final ObjectWriter WRITER = MAPPER.writerFor(Kept.class);
  private static final ObjectReader READER = MAPPER.readerFor(Kept.class);

  private AnswerCbor() {}

  /** Its bytes; empty for an answer that has none, such as half a character. */
  static Optional<byte[]> write(Kept answer) {
    try {
      return Optional.of(WRITER.writeValueAsBytes(answer));
    } catch (JsonProcessingException unwritable) {
      return Optional.empty();
    }
  }

  /** What {@link #write} was given; empty when it was not. */
  static Optional<Kept> read(byte[] bytes) {
    try {
      return Optional.ofNullable(READER.readValue(bytes));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Delta.Text.class, name = "text"),
    @JsonSubTypes.Type(value = Delta.Reasoning.class, name = "reasoning"),
    @JsonSubTypes.Type(value = Delta.Refusal.class, name = "refusal"),
    @JsonSubTypes.Type(value = Delta.ToolCall.class, name = "tool_call"),
    @JsonSubTypes.Type(value = Delta.Consumed.class, name = "consumed"),
    @JsonSubTypes.Type(value = Delta.Finished.class, name = "finished")
  })
  private interface DeltaNames {}
}
