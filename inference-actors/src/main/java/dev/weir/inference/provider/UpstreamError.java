package dev.weir.inference.provider;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.Set;

/**
 * What can go wrong at an upstream, in the words every provider uses. The codes are stable; the
 * messages tell what to do and hold nothing an upstream, a caller or a key said.
 */
public final class UpstreamError {

  private static final String FIRST_TOKEN = "first_token";
  private static final String LIMITED = "upstream_rate_limited";
  private static final String OVERLOADED = "upstream_overloaded";
  private static final String SERVER = "upstream_error";
  private static final String UNKNOWN_MODEL = "upstream_model_not_found";
  private static final String DIMENSIONS = "dimensions";
  private static final String REJECTED = "upstream_rejected";
  private static final String CANNOT_GO_ON = "upstream_cannot_go_on";
  private static final String CONTEXT = "context_length_exceeded";
  private static final String WHOLE = "upstream_whole_timeout";
  private static final String DEADLINE = "deadline_exceeded";
  private static final Set<String> WORKED =
      Set.of("upstream_" + FIRST_TOKEN + "_timeout", WHOLE, DEADLINE);

  private static final Set<String> NOT_TAKEN = Set.of(LIMITED, OVERLOADED, SERVER);

  /** What an upstream that is well says to one call or another. */
  private static final Set<String> OF_THE_CALL =
      Set.of(LIMITED, UNKNOWN_MODEL, REJECTED, WHOLE, CANNOT_GO_ON);

  private UpstreamError() {}

  /** No TCP or TLS connection, or no answer on a new one. */
  public static WeirError unreachable() {
    return failed("upstream_unreachable", "The upstream cannot be reached.", true);
  }

  /** The exchange ended before the answer did. */
  public static WeirError closed() {
    return failed("upstream_closed", "The upstream closed the stream before its end.", true);
  }

  /** The upstream sent what its protocol does not allow. */
  public static WeirError malformed() {
    return failed("upstream_malformed", "The upstream sent a malformed answer.", true);
  }

  /** The upstream refuses more requests for now. */
  public static WeirError rateLimited(Duration retryAfter) {
    return new WeirError.ModelFailed(
        LIMITED,
        "The upstream is at its rate limit. Try later, or add a fallback deployment.",
        true,
        retryAfter);
  }

  /** The upstream is overloaded or being restarted, and may say until when. */
  public static WeirError overloaded(Duration retryAfter) {
    return new WeirError.ModelFailed(
        OVERLOADED, "The upstream is overloaded or away.", true, retryAfter);
  }

  /** The upstream failed by its own account. */
  public static WeirError server() {
    return failed(SERVER, "The upstream failed to answer.", true);
  }

  /** The upstream does not accept the deployment's key. */
  public static WeirError auth() {
    return failed(
        "upstream_auth", "The upstream refused this deployment's key. Check its api-key.", false);
  }

  /** The upstream does not know the model. */
  public static WeirError unknownModel() {
    return failed(
        UNKNOWN_MODEL,
        "The upstream does not know this deployment's model. Check upstream-model and base-url.",
        false);
  }

  /** The upstream has no list of its models, where one is looked for. */
  public static WeirError listsNoModels() {
    return failed(
        "upstream_lists_no_models",
        "The upstream lists no models. Check base-url; if it is right, set warm.probe = off.",
        false);
  }

  /** The upstream refuses the request as it stands. */
  public static WeirError rejected(int status) {
    return failed(REJECTED, "The upstream rejected the request with HTTP " + status + ".", false);
  }

  /** The upstream refuses the request for one field of it. */
  public static WeirError rejected(int status, String param) {
    return new WeirError.InvalidRequest(
        REJECTED,
        "The upstream rejected the request with HTTP " + status + " for its field " + param + ".",
        param);
  }

  /** The upstream cannot go on with an answer that broke off where it did. */
  public static WeirError cannotGoOn() {
    return failed(CANNOT_GO_ON, "The upstream cannot go on after what was said so far.", false);
  }

  /** The upstream has not come to a call of a batch in its time. */
  public static WeirError batchExpired() {
    return failed(
        "upstream_batch_expired", "The upstream did not get through the batch in time.", false);
  }

  /** Somebody has cancelled the batch at the upstream. */
  public static WeirError batchCancelled() {
    return failed("upstream_batch_cancelled", "The batch was cancelled at the upstream.", false);
  }

  /** Input and output together do not fit the model's context window. */
  public static WeirError contextLength() {
    return new WeirError.InvalidRequest(
        CONTEXT,
        "The input is longer than the model's context window. Shorten it, or set truncation.",
        "input");
  }

  /** Vectors of another length came than were asked for. */
  public static WeirError wrongDimensions(int asked, int came) {
    return new WeirError.InvalidRequest(
        "unsupported_dimensions",
        "The model makes vectors of " + came + " dimensions, not of " + asked + ".",
        DIMENSIONS);
  }

  /** The upstream withholds an answer for what the request says. */
  public static WeirError contentFilter() {
    return new WeirError.InvalidRequest(
        "content_filter", "The upstream's content filter refused the input.", "input");
  }

  /** Whether the upstream may have worked on a call that failed so, although nothing of it came. */
  public static boolean mayHaveCost(WeirError error) {
    return WORKED.contains(error.code());
  }

  /** Whether another deployment may bring what failed so at one. */
  public static boolean mayFareBetterElsewhere(WeirError error) {
    return switch (error) {
      case WeirError.ModelFailed failed -> true;
      case WeirError.Unavailable away -> true;
      case WeirError.TooManyRequests full -> true;
      case WeirError.InvalidRequest invalid -> invalid.code().equals(CONTEXT);
      case WeirError.Unauthorized no -> false;
      case WeirError.Forbidden no -> false;
      case WeirError.NotFound no -> false;
      case WeirError.Conflict no -> false;
      case WeirError.TooLarge no -> false;
      case WeirError.TimedOut no -> false;
      case WeirError.Internal no -> false;
    };
  }

  /** Whether a call that failed so tells that the upstream is not well, whoever calls it. */
  public static boolean speaksAgainstIt(WeirError error) {
    return error instanceof WeirError.ModelFailed && !OF_THE_CALL.contains(error.code());
  }

  /** Whether one input of a call of several may be the whole reason why it failed so. */
  public static boolean mayBeOneInput(WeirError error) {
    return error instanceof WeirError.InvalidRequest invalid
        ? !DIMENSIONS.equals(invalid.param())
        : error.code().equals(REJECTED);
  }

  /** Whether the upstream has certainly not begun what it failed so at. */
  public static boolean hasNotTaken(WeirError error) {
    return NOT_TAKEN.contains(error.code());
  }

  /** Whether the upstream has refused a call for how many there were. */
  public static boolean isRateLimit(WeirError error) {
    return error.code().equals(LIMITED);
  }

  static WeirError late(String what, Duration limit, boolean retryable) {
    return failed(
        "upstream_" + what + "_timeout",
        "The upstream was silent for longer than " + limit.toMillis() + " ms (" + what + ").",
        retryable);
  }

  /** No connection within {@code limit}. */
  public static WeirError connectTimeout(Duration limit) {
    return late("connect", limit, true);
  }

  /** Nothing of an answer within {@code limit}. */
  public static WeirError firstTokenTimeout(Duration limit) {
    return late(FIRST_TOKEN, limit, true);
  }

  /** An answer that stopped for {@code limit}. */
  public static WeirError betweenTokensTimeout(Duration limit) {
    return late("between_tokens", limit, true);
  }

  /** An answer that takes longer than {@code limit} from its request to its end. */
  public static WeirError wholeTimeout(Duration limit) {
    return failed(WHOLE, "The answer took longer than " + limit.toMillis() + " ms.", false);
  }

  /** An answer that is not wanted any more. */
  public static WeirError deadlineExceeded() {
    return new WeirError.TimedOut(DEADLINE, "The request's deadline has passed before its answer.");
  }

  private static WeirError failed(String code, String message, boolean retryable) {
    return new WeirError.ModelFailed(code, message, retryable);
  }
}
