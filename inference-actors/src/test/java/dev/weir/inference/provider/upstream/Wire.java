package dev.weir.inference.provider.upstream;

import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.IOException;
import java.util.Map;

/** What one kind of upstream writes, as its service does; texts are whole events. */
public interface Wire {

  /** The key that every deployment under test has. */
  String KEY = "sk-very-secret";

  /** Comes in every complaint, and must not come further. */
  String SECRET = "sesame";

  /** What an upstream refuses for. */
  enum Refusal {
    RATE,
    OVERLOAD,
    FAILURE,
    KEY,
    MODEL,
    LENGTH,
    REQUEST
  }

  /** The value of {@code provider} in configuration. */
  String provider();

  ProviderFactory factory(StreamingHttp http);

  /** The request line and the headers that a call of the model {@code m} has. */
  String requestLine();

  Map<String, String> requestHeaders();

  /** By which header the upstream is told, unless configured, that it may know a call; or none. */
  default String idempotencyHeader() {
    return "";
  }

  /** How the model {@code m} is asked for. */
  String modelLine();

  /** What is answered to that. */
  String model();

  /** What comes before the first token. */
  String begin();

  /** What an upstream sends in order to say nothing. */
  String ping();

  String text(String text);

  String thought(String text);

  /** A call with the arguments {@code {}}, the {@code index}-th of its answer. */
  String call(int index, String name);

  /** How the model ends, without usage. */
  String end(FinishReason reason);

  /** How the model ends; 5 tokens of input, of which 2 were cached. */
  String end(FinishReason reason, int outputTokens);

  /** What comes behind all that; may be empty. */
  String bye();

  /** An event that cannot be read. */
  String rubbish();

  /** An overload that is told in mid answer, with {@link #SECRET}. */
  String overload();

  /** Answers with what is no success, its words with {@link #SECRET}. */
  void refuse(Refusal refusal, ScriptedUpstream.Exchange exchange) throws IOException;
}
