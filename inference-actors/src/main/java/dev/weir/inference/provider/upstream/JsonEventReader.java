package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.provider.UpstreamError;
import java.io.IOException;

/** Understands events whose data are each one JSON object, which is read token by token. */
public abstract class JsonEventReader implements EventReader {

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads one event's fields, to the end of its object.
   *
   * @return whether it was the last
   */
  protected abstract boolean event(JsonParser json) throws IOException;

  @Override
  public boolean read(byte[] buffer, int offset, int length) {
    try (JsonParser json = JSON.createParser(buffer, offset, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw UpstreamError.malformed().asException();
      }
      return event(json);
    } catch (IOException unreadable) {
      throw UpstreamError.malformed().asException();
    }
  }
}
