package dev.weir.inference.provider.gemini;

import dev.weir.inference.provider.upstream.EventUpstreamContract;
import dev.weir.inference.provider.upstream.Wire;

class GeminiTest extends EventUpstreamContract {

  @Override
  protected Wire wire() {
    return new ContentWire();
  }
}
