package dev.weir.bench.bar;

import dev.weir.bench.upstream.Mock;

/** Nodes' configuration for deployments at mock upstreams. */
final class Upstreams {

  private Upstreams() {}

  /** A model {@code name} that the mock answers, as many at once as anybody asks for. */
  static String model(String name, Mock mock) {
    return """
    weir.deployments.%s {
      provider = openai, base-url = "http://127.0.0.1:%d/v1", slots = 10000, max-output = 10000000
      context-window = 20000000
    }
    weir.models.%s.deployments = [%s]
    """
        .formatted(name, mock.address().getPort(), name, name);
  }
}
