package dev.weir.gateway.conversation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How the official client is told that something cannot be. */
final class Refusals {

  private Refusals() {}

  static void notFound(ThrowingCallable call, String code) {
    assertThatThrownBy(call)
        .asInstanceOf(type(NotFoundException.class))
        .extracting(OpenAIServiceException::code)
        .hasToString("Optional[" + code + "]");
  }

  static void refused(ThrowingCallable call, String param) {
    assertThatThrownBy(call)
        .asInstanceOf(type(BadRequestException.class))
        .extracting(OpenAIServiceException::param)
        .hasToString("Optional[" + param + "]");
  }
}
