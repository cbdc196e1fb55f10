package dev.weir.orchestrator.conversation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Items as they are stored: CBOR with an explicit name for each type. Reads what any earlier
 * version wrote; unknown fields are skipped. Thread safe.
 */
public final class ItemCbor {

  private static final int LONGEST_TEXT = 128 << 20;
  private static final TypeReference<List<Item>> ITEMS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};

  private static final CBORMapper MAPPER =
      CBORMapper.builder(
              CBORFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(LONGEST_TEXT).build())
                  .build())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addMixIn(Item.class, ItemNames.class)
          .addMixIn(Content.class, ContentNames.class)
          .build();

  private static final ObjectWriter WRITER = MAPPER.writerFor(ITEMS);
  private static final ObjectReader READER = MAPPER.readerFor(ITEMS);

  private ItemCbor() {}

  public static byte[] write(List<Item> items) {
    return write(WRITER, items);
  }

  /** The items {@link #write} was given; an {@link UncheckedIOException} when it was not. */
  public static List<Item> read(byte[] bytes) {
    try {
      return READER.readValue(bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static byte[] writeMetadata(Map<String, String> metadata) {
    return write(MAPPER.writerFor(METADATA), metadata);
  }

  static Map<String, String> readMetadata(byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, METADATA);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static byte[] write(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException defect) {
      throw new IllegalStateException("No stored form", defect);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Item.Message.class, name = "message"),
    @JsonSubTypes.Type(value = Item.FunctionCall.class, name = "function_call"),
    @JsonSubTypes.Type(value = Item.FunctionCallOutput.class, name = "function_call_output"),
    @JsonSubTypes.Type(value = Item.Reasoning.class, name = "reasoning")
  })
  private interface ItemNames {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Content.InputText.class, name = "input_text"),
    @JsonSubTypes.Type(value = Content.InputImage.class, name = "input_image"),
    @JsonSubTypes.Type(value = Content.OutputText.class, name = "output_text"),
    @JsonSubTypes.Type(value = Content.Refusal.class, name = "refusal")
  })
  private interface ContentNames {}
}
