package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.plan.Allowance;
import dev.weir.orchestrator.response.ResponseRequest;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;

/**
 * The header {@value #NAME}: how long the client waits for the whole answer, in seconds ({@code
 * 2.5}) or with a unit ({@code 2s}, {@code 2500ms}). The request's metadata goes before it.
 */
final class RequestTimeout {

  static final String NAME = "X-Request-Timeout";

  private static final Pattern VALUE = Pattern.compile("([0-9]{1,9}(?:[.][0-9]{1,9})?)(ms|s|)");

  private RequestTimeout() {}

  /** The request with what its header says. */
  static ResponseRequest of(RequestContext context, ResponseRequest request) {
    return request.metadata().containsKey(Allowance.DEADLINE)
        ? request
        : context
            .request()
            .getHeader(NAME)
            .map(HttpHeader::value)
            .map(value -> request.with(Allowance.DEADLINE, Long.toString(millis(value))))
            .orElse(request);
  }

  static long millis(String value) {
    Matcher matcher = VALUE.matcher(value.strip());
    BigDecimal number = matcher.matches() ? new BigDecimal(matcher.group(1)) : BigDecimal.ZERO;
    if (number.signum() == 0) {
      throw WeirError.invalid(
              NAME,
              "Invalid value: '%s' for '%s'; expected seconds, such as 2.5 or 2500ms."
                  .formatted(value, NAME))
          .asException();
    }
    BigDecimal millis = matcher.group(2).equals("ms") ? number : number.movePointRight(3);
    return millis.setScale(0, RoundingMode.CEILING).longValueExact();
  }
}
