package dev.weir.inference.item;

/** One part of a message. */
public sealed interface Content {

  /** Text a caller wrote. */
  record InputText(String text) implements Content {}

  /** An image a caller sent, as an https or data URL. */
  record InputImage(String url, String detail) implements Content {}

  /** Text a model wrote. */
  record OutputText(String text) implements Content {}

  /** A model's reason not to answer. */
  record Refusal(String text) implements Content {}

  /** About how many bytes it takes. */
  default long size() {
    return this instanceof InputImage image ? image.url().length() : text().length();
  }

  /** The words of this part; empty for an image. */
  default String text() {
    return switch (this) {
      case InputText(String text) -> text;
      case InputImage image -> "";
      case OutputText(String text) -> text;
      case Refusal(String text) -> text;
    };
  }
}
