package dev.weir.inference.change;

import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Overlay;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.catalog.store.Version;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;

/** Asks a desk, on this node or any other, to change the catalog. Thread safe. */
public final class CatalogClient {

  /** Longer than the desk waits for its database and for nodes to follow. */
  private static final Duration WITHIN = Duration.ofSeconds(25);

  private final ActorSystem<?> system;
  private final Parcels parcels;

  public CatalogClient(ActorSystem<?> system, Parcels parcels) {
    this.system = system;
    this.parcels = parcels;
  }

  /** Versions, newest first, and the changes that were in force with the first. */
  public record History(List<Version> versions, Overlay changes) {}

  /** Puts an entry in the place of whatever has the name; fails with what is wrong with it. */
  public CompletionStage<CatalogDesk.Stored> put(
      Section section, String name, String body, Changes.Terms terms) {
    return edit(section, name, body, terms);
  }

  /** Takes an entry out; fails when it is not there, or in use. */
  public CompletionStage<CatalogDesk.Stored> remove(
      Section section, String name, Changes.Terms terms) {
    return edit(section, name, null, terms);
  }

  private CompletionStage<CatalogDesk.Stored> edit(
      Section section, String name, @Nullable String body, Changes.Terms terms) {
    return ask((desk, replyTo) ->
            new CatalogDesk.Edit(
                section,
                name,
                body == null ? null : parcels.wrapFor(desk, body, TextCodec.UTF_8),
                terms.expected(),
                terms.note(),
                replyTo))
        .thenApply(CatalogDesk.Stored.class::cast);
  }

  /** Makes the changes of an earlier version count again; 0 is the configuration alone. */
  public CompletionStage<CatalogDesk.Stored> rollBack(long number, Changes.Terms terms) {
    return ask((desk, replyTo) ->
            new CatalogDesk.RollBack(number, terms.expected(), terms.note(), replyTo))
        .thenApply(CatalogDesk.Stored.class::cast);
  }

  /** Versions from {@code newest} down, {@code most} of them. */
  public CompletionStage<History> history(long newest, int most) {
    return ask((desk, replyTo) -> new CatalogDesk.Look(newest, most, replyTo))
        .thenApply(CatalogDesk.Past.class::cast)
        .thenCompose(
            past ->
                parcels
                    .open(past.changes(), TextCodec.UTF_8)
                    .thenApply(text -> new History(past.versions(), Overlay.parse(text))));
  }

  private CompletionStage<CatalogDesk.Answer> ask(
      BiFunction<ActorRef<CatalogDesk.Command>, ActorRef<CatalogDesk.Answer>, CatalogDesk.Command>
          question) {
    return desk()
        .thenCompose(
            desk ->
                AskPattern.<CatalogDesk.Command, CatalogDesk.Answer>ask(
                    desk, replyTo -> question.apply(desk, replyTo), WITHIN, system.scheduler()))
        .thenCompose(
            answer ->
                answer instanceof CatalogDesk.Refused(WeirError error)
                    ? CompletableFuture.failedFuture(error.asException())
                    : CompletableFuture.completedFuture(answer));
  }

  private CompletionStage<ActorRef<CatalogDesk.Command>> desk() {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(CatalogDesk.KEY, replyTo),
            WITHIN,
            system.scheduler())
        .thenApply(listing -> nearest(listing).orElseThrow(() -> nobody().asException()));
  }

  private static Optional<ActorRef<CatalogDesk.Command>> nearest(Receptionist.Listing listing) {
    return listing.getServiceInstances(CatalogDesk.KEY).stream()
        .min(Comparator.comparing(desk -> !desk.path().address().hasLocalScope()));
  }

  private static WeirError nobody() {
    return new WeirError.Unavailable(
        "no_catalog_desk",
        "No node that keeps the catalog is up; start one with the role 'orchestrator'.",
        Duration.ofSeconds(2));
  }
}
