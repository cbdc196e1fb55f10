package dev.weir.inference.provider.anthropic;

import dev.weir.inference.provider.upstream.EventUpstreamContract;
import dev.weir.inference.provider.upstream.Wire;

class AnthropicTest extends EventUpstreamContract {

  @Override
  protected Wire wire() {
    return new MessagesWire();
  }
}
