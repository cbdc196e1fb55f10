package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TierSettingsTest {

  @Test
  void whatIsAbsentIsUnlimited() {
    assertThat(TierSettings.from(ConfigFactory.empty())).isEqualTo(TierSettings.UNLIMITED);
  }

  @Test
  void everyKeyIsRead() {
    TierSettings tier =
        tier(
            """
            weight = 4, concurrent-runs = 5, requests-per-minute = 60, tokens-per-minute = 70
            tokens-per-day = 80, usd-per-month = 12.5, context-tokens = 90, models = [fast]
            """);
    assertThat(tier)
        .isEqualTo(
            new TierSettings(
                4, new Limits(5, new Amounts(60, 70, 80, 12_500_000_000L)), 90, Set.of("fast")));
  }

  @Test
  void badValuesNameTheirKey() {
    assertThatThrownBy(() -> tier("weight = 0")).hasMessageContaining("weight");
    assertThatThrownBy(() -> tier("tokens-per-day = -1")).hasMessageContaining("tokens-per-day");
    assertThatThrownBy(() -> tier("usd-per-month = -1")).hasMessageContaining("usd-per-month");
    assertThatThrownBy(() -> tier("usd-per-month = 1e12")).hasMessageContaining("usd-per-month");
  }

  @Test
  void usersAreFoundByEntityId() {
    UserDirectory directory =
        directory(
            """
            tiers { default { tokens-per-day = 1 }, gold { tokens-per-day = 2 } }
            users { alice { tier = gold, tenant = acme }, bob { tier = gold } }
            """);
    assertThat(day(directory, "ACME/ALICE")).isEqualTo(2);
    assertThat(day(directory, "DEFAULT/BOB")).isEqualTo(2);
    assertThat(day(directory, "DEFAULT/ALICE")).as("another tenant's").isEqualTo(1);
    assertThat(day(directory, "ACME/CAROL")).as("nobody named").isEqualTo(1);
  }

  @Test
  void withoutConfigurationEverybodyIsUnlimited() {
    assertThat(directory("").tier("default/local")).isEqualTo(TierSettings.UNLIMITED);
  }

  @Test
  void anUnknownTierStopsTheStart() {
    assertThatThrownBy(() -> directory("users { alice { tier = gold } }"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.users.\"alice\".tier");
  }

  private static long day(UserDirectory directory, String entityId) {
    return directory.tier(entityId).limits().most().tokensPerDay();
  }

  private static UserDirectory directory(String weir) {
    UnaryOperator<String> upper = part -> part.toUpperCase(java.util.Locale.ROOT);
    return UserDirectory.from(ConfigFactory.parseString(weir), upper);
  }

  private static TierSettings tier(String config) {
    return TierSettings.from(ConfigFactory.parseString(config));
  }
}
