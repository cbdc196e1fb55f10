package dev.weir.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.node.TestNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What callers learn of their budgets: from headers, from refusals and from {@code /v1/usage}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsTest {

  /** The input takes 408 tokens at most (400, and 8 around them), the output 92. */
  private static final int RESERVED = 500;

  private static final String INPUT = "word ".repeat(400).strip();

  private static final String SETTINGS =
      """
      weir {
        http.admission-wait = 30s
        deployments.sim {
          time-to-first-token = 0ms, inter-token = 0ms, input-margin = 1.0
        }
        keys {
          daily { sha256 = "%s", user = daily }
          minutely { sha256 = "%s", user = minutely }
          free { sha256 = "%s", user = free }
          idle { sha256 = "%s", user = idle }
        }
        tiers {
          daily { tokens-per-day = %d }
          minutely { requests-per-minute = 3, tokens-per-minute = 10000, tokens-per-day = 100000 }
        }
        users { daily { tier = daily }, minutely { tier = minutely } }
      }
      """
          .formatted(
              "edbfb6d4e1d36a72cbf8ed3a2b1de41b3b1cd6ea3e3ea3d7bd1d6bf0ea1c4a0e",
              "edbfb6d4e1d36a72cbf8ed3a2b1de41b3b1cd6ea3e3ea3d7bd1d6bf0ea1c4a0e",
              "edbfb6d4e1d36a72cbf8ed3a2b1de41b3b1cd6ea3e3ea3d7bd1d6bf0ea1c4a0e",
              "edbfb6d4e1d36a72cbf8ed3a2b1de41b3b1cd6ea3e3ea3d7bd1d6bf0ea1c4a0e",
              37 * RESERVED);

}
