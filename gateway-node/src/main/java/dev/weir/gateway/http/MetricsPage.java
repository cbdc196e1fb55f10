package dev.weir.gateway.http;

import dev.weir.cluster.telemetry.Telemetry;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** This node's numbers, as Prometheus reads them. */
public final class MetricsPage {

  private static final ContentType TYPE =
      ContentTypes.parse("text/plain; version=0.0.4; charset=UTF-8");

  private MetricsPage() {}

  /** The page as it is now. */
  public static HttpResponse answer() {
    return HttpResponse.create()
        .withEntity(HttpEntities.create(TYPE, ByteString.fromString(Telemetry.scrape())));
  }
}
