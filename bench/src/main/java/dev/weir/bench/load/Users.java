package dev.weir.bench.load;

import dev.weir.bench.node.NodeProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Users that each ask one node something short every 100 ms, and remember the longest time they had
 * no answer.
 */
public final class Users {

  private static final String BODY = "{\"model\":\"extract\",\"input\":\"A weir meters a river.\"}";
  private static final long PACE = 100_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final long LONGEST = 90_000_000_000L;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<User> users;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private Users(NodeProcess node, int count) {
    users = IntStream.range(0, count).mapToObj(i -> new User(node, i)).toList();
  }

  public static Users start(NodeProcess node, int count) {
    Users users = new Users(node, count);
    users.users.forEach(user -> user.thread.start());
    return users;
  }

  /** Waits until each has had {@code count} answers; gaps count from here. */
  public void awaitAnswers(int count) {
    await(user -> user.answers.get() >= count);
    users.forEach(user -> user.longest = 0);
  }

  /** Waits until each has had an answer to something it asked after {@code moment}. */
  public void awaitAnswersSince(long moment) {
    await(user -> user.asked - moment > 0);
  }

  private void await(Predicate<User> condition) {
    long end = System.nanoTime() + LONGEST;
    while (!users.stream().allMatch(condition)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("users without an answer");
      }
      if (stopsWithin(20_000_000)) {
        throw new IllegalStateException("users were stopped");
      }
    }
  }

  /** Ends them; the longest gap of each, in seconds. */
  public List<Double> stop() {
    stopped.countDown();
    for (User user : users) {
      try {
        user.thread.join();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
    http.close();
    return users.stream().map(user -> user.longest / 1e9).toList();
  }

  private boolean stopsWithin(long nanos) {
    try {
      return stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private final class User {

    private final Thread thread = Thread.ofVirtual().unstarted(this::ask);
    private final HttpRequest request;
    private final AtomicInteger answers = new AtomicInteger();
    private volatile long longest;

    /** When the question was asked that was answered last. */
    private volatile long asked;

    User(NodeProcess node, int number) {
      request =
          HttpRequest.newBuilder(node.uri("/v1/responses"))
              .header("Authorization", "Bearer user-" + number)
              .timeout(PATIENCE)
              .POST(HttpRequest.BodyPublishers.ofString(BODY))
              .build();
    }

    private void ask() {
      long last = System.nanoTime();
      long begin;
      do {
        begin = System.nanoTime();
        if (succeeds()) {
          long now = System.nanoTime();
          longest = Math.max(longest, now - last);
          last = now;
          asked = begin;
          answers.incrementAndGet();
        }
      } while (!stopsWithin(begin + PACE - System.nanoTime()));
    }

    private boolean succeeds() {
      try {
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200 && answer.body().contains("\"completed\"");
      } catch (IOException failed) {
        return false;
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }
}
