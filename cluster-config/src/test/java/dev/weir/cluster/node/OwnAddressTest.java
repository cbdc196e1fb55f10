package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnAddressTest {

  private static final String KEY = "weir.cluster.host";

  @Test
  void theMachinesNameDecidesFirst() throws Exception {
    assertThat(choose("172.18.0.5", "127.0.0.1", "10.0.0.1", "172.18.0.5")).isEqualTo("172.18.0.5");
  }

  @Test
  void aNameThatMeansLoopbackDoesNotCount() throws Exception {
    assertThat(choose("127.0.1.1", "127.0.0.1", "::1", "fe80::1", "10.0.0.1"))
        .isEqualTo("10.0.0.1");
    assertThat(choose("", "127.0.0.1", "fd00::7", "10.0.0.1")).isEqualTo("10.0.0.1");
    assertThat(choose("", "::1", "fd00:0:0:0:0:0:0:7")).isEqualTo("fd00:0:0:0:0:0:0:7");
  }

  @Test
  void whereSeveralArePossibleTheyAreNamedAndNoneIsGuessed() {
    assertThatThrownBy(() -> choose("127.0.1.1", "127.0.0.1", "10.0.0.1", "192.168.1.7"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "weir.cluster.host = auto: this machine has several addresses, name one of 10.0.0.1,"
                + " 192.168.1.7");
  }

  @Test
  void whereNoneIsPossibleThatIsSaid() {
    assertThatThrownBy(() -> choose("", "127.0.0.1", "::1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no address but loopback");
  }

  @Test
  void anAddressThatIsGivenStays() {
    assertThat(OwnAddress.of(KEY, "10.1.2.3")).isEqualTo("10.1.2.3");
    assertThat(OwnAddress.of(KEY, "localhost")).isEqualTo("127.0.0.1");
  }

  private static String choose(String name, String... all) throws UnknownHostException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String address : all) {
      addresses.add(InetAddress.getByName(address));
    }
    Optional<InetAddress> byName =
        name.isEmpty() ? Optional.empty() : Optional.of(InetAddress.getByName(name));
    return OwnAddress.choose(KEY, byName, addresses);
  }
}
