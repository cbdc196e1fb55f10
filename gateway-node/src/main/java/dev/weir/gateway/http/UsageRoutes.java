package dev.weir.gateway.http;

import dev.weir.gateway.budget.Budgets;
import dev.weir.gateway.json.UsageWriter;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/usage}. */
final class UsageRoutes {

  private final Budgets budgets;

  UsageRoutes(Budgets budgets) {
    this.budgets = budgets;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(Endpoint.of(HttpMethods.GET, "/v1/usage", bodies.none(this::describe)));
  }

  private CompletionStage<HttpResponse> describe(RequestContext context) {
    return budgets
        .describe(context.caller())
        .thenApply(description -> Answers.json(UsageWriter.body(description)));
  }
}
