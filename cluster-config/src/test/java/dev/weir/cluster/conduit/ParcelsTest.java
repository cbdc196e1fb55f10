package dev.weir.cluster.conduit;

import static dev.weir.cluster.conduit.ConduitTest.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ParcelsTest extends ConduitFixture {

  @Test
  void aSmallValueTravelsInsideItsMessage() throws Exception {
    Parcel<String> parcel = producers.parcels().wrap("small", TEXT);
    assertThat(parcel).isInstanceOf(Parcel.Inline.class);
    assertThat(await(consumers.parcels().open(parcel, TEXT))).isEqualTo("small");
  }

  @Test
  void thirtyMegabytesAreFetchedByAnotherNode() throws Exception {
    byte[] bytes = new byte[30 << 20];
    new Random(3).nextBytes(bytes);
    ByteString value = ByteString.fromArrayUnsafe(bytes);
    Parcel<ByteString> parcel = producers.parcels().wrap(value, Codec.BYTES);
    assertThat(parcel)
        .isInstanceOfSatisfying(
            Parcel.Held.class, held -> assertThat(held.size()).isEqualTo(30 << 20));
    ByteString fetched = await(consumers.parcels().open(parcel, Codec.BYTES));
    assertThat(fetched.toArrayUnsafe()).isEqualTo(bytes);
  }

  @Test
  void aParcelMayBeOpenedByManyAndAlsoWhereItWasMade() throws Exception {
    String value = "x".repeat(70_000);
    Parcel<String> parcel = producers.parcels().wrap(value, TEXT);
    CompletionStage<String> first = consumers.parcels().open(parcel, TEXT);
    CompletionStage<String> second = consumers.parcels().open(parcel, TEXT);
    assertThat(await(first)).isEqualTo(value);
    assertThat(await(second)).isEqualTo(value);
    assertThat(await(producers.parcels().open(parcel, TEXT))).isEqualTo(value);
  }

  @Test
  void anExpiredParcelIsGone() throws Exception {
    Conduit forgetful = bind("weir.conduit.parcels { inline = 0, expire = 1ns }");
    Parcel<String> parcel = forgetful.parcels().wrap("soon gone", TEXT);
    assertFailsWith(consumers.parcels().open(parcel, TEXT), "parcel_gone");
    assertFailsWith(forgetful.parcels().open(parcel, TEXT), "parcel_gone");
    await(forgetful.stop());
  }

  @Test
  void aNodeKeepsNoMoreThanItMay() throws Exception {
    Conduit small = bind("weir.conduit.parcels { inline = 0, total = 100k }");
    Parcel<String> kept = small.parcels().wrap("x".repeat(70_000), TEXT);
    Parcel<String> refused = small.parcels().wrap("x".repeat(70_000), TEXT);
    Parcel<String> huge = small.parcels().wrap("x".repeat(110_000), TEXT);
    assertThat(refused).isInstanceOf(Parcel.Refused.class);
    assertFailsWith(consumers.parcels().open(refused, TEXT), "parcels_full");
    assertFailsWith(consumers.parcels().open(huge, TEXT), "parcel_too_large");
    assertThat(await(consumers.parcels().open(kept, TEXT))).hasSize(70_000);
    await(small.stop());
  }

  @Test
  void theRoomOfAParcelForOneIsFreeOnceItHasArrived() throws Exception {
    Conduit small = bind("weir.conduit.parcels { inline = 0, total = 100k }");
    for (int i = 0; i < 20; i++) {
      Parcel<String> parcel = wrappedWithRoom(small, i + "x".repeat(70_000));
      assertThat(await(consumers.parcels().open(parcel, TEXT))).hasSizeGreaterThan(70_000);
    }
    await(small.stop());
  }

  /** The holder hears of the arrival a moment after the reader. */
  private Parcel<String> wrappedWithRoom(Conduit holder, String value) {
    return kit.createTestProbe()
        .awaitAssert(
            () -> {
              Parcel<String> parcel = holder.parcels().wrapOnce(value, TEXT);
              assertThat(parcel).isInstanceOf(Parcel.Held.class);
              return parcel;
            });
  }

  @Test
  void aReleasedParcelIsGone() throws Exception {
    Parcel<String> parcel = producers.parcels().wrap("x".repeat(70_000), TEXT);
    consumers.parcels().release(parcel);
    assertThat(await(consumers.parcels().open(parcel, TEXT))).hasSize(70_000);
    producers.parcels().release(parcel);
    assertFailsWith(consumers.parcels().open(parcel, TEXT), "parcel_gone");
  }

  @Test
  void aRecipientOnThisNodeGetsTheValueItself() {
    String value = "x".repeat(70_000);
    assertThat(producers.parcels().wrapFor(kit.system().ignoreRef(), value, TEXT))
        .isEqualTo(new Parcel.Here<>(value));
  }

  @Test
  void theEncodedSizeDecidesWhatTravelsInsideAMessageToAnotherNode() {
    Parcels parcels = producers.parcels();
    assertThat(parcels.wrapOnce("ü".repeat(30_000), TEXT)).isInstanceOf(Parcel.Inline.class);
    assertThat(parcels.wrapOnce("ü".repeat(40_000), TEXT)).isInstanceOf(Parcel.Held.class);
  }

  @Test
  void theParcelsOfAGoneProcessAreLost() throws Exception {
    Conduit gone = bind("weir.conduit.parcels.inline = 0");
    Parcel<String> parcel = gone.parcels().wrap("lost", TEXT);
    int port = gone.port();
    await(gone.stop());
    Conduit successor = bind("weir.conduit.port = " + port);
    assertFailsWith(consumers.parcels().open(parcel, TEXT), "link_lost");
    await(successor.stop());
  }
}
