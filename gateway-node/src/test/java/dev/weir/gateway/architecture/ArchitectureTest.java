package dev.weir.gateway.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.weir.cluster.serialization.WireTypes;

/** Dependencies point one way, vendors stay in their adapters, logic stays plain. */
@AnalyzeClasses(
    packages = "dev.weir",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {

  private static final String CLUSTER = "dev.weir.cluster..";
  private static final String INFERENCE = "dev.weir.inference..";
  private static final String ORCHESTRATOR = "dev.weir.orchestrator..";
  private static final String GATEWAY = "dev.weir.gateway..";

  /** Test classes of other modules come as jars. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  /** Lists of wire types name classes of many packages; nothing names the lists. */
  private static final DescribedPredicate<JavaClass> LISTS = assignableTo(WireTypes.class);

  @ArchTest
  static final ArchRule everythingBelongsToAModule =
      classes().should().resideInAnyPackage(CLUSTER, INFERENCE, ORCHESTRATOR, GATEWAY);

  @ArchTest
  static final ArchRule theClusterKnowsNoModule =
      noClasses()
          .that()
          .resideInAPackage(CLUSTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(INFERENCE, ORCHESTRATOR, GATEWAY);

  @ArchTest
  static final ArchRule inferenceKnowsOnlyTheCluster =
      noClasses()
          .that()
          .resideInAPackage(INFERENCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ORCHESTRATOR, GATEWAY);

  @ArchTest
  static final ArchRule theOrchestratorKnowsNoGateway =
      noClasses()
          .that()
          .resideInAPackage(ORCHESTRATOR)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(GATEWAY);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices()
          .matching("dev.weir.(**)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(LISTS, DescribedPredicate.alwaysTrue());

  @ArchTest static final ArchRule openAiStaysInItsAdapter = adapter("openai");

  @ArchTest static final ArchRule anthropicStaysInItsAdapter = adapter("anthropic");

  @ArchTest static final ArchRule geminiStaysInItsAdapter = adapter("gemini");

  private static ArchRule adapter(String vendor) {
    String adapter = "dev.weir.inference.provider." + vendor;
    return noClasses()
        .that()
        .resideOutsideOfPackages(adapter, "dev.weir.gateway.node")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(adapter);
  }

  @ArchTest
  static final ArchRule onlyTheGatewaySpeaksPekkoHttp =
      noClasses()
          .that()
          .resideOutsideOfPackages(GATEWAY)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.pekko.http..");

  @ArchTest static final ArchRule theQueueIsPlain = plain("dev.weir.inference.queue..");

  @ArchTest static final ArchRule limitsArePlain = plain("dev.weir.inference.limit");

  @ArchTest static final ArchRule theCatalogIsPlain = plain("dev.weir.inference.catalog..");

  @ArchTest static final ArchRule itemsArePlain = plain("dev.weir.inference.item..");

  @ArchTest static final ArchRule countingTokensIsPlain = plain("dev.weir.inference.token..");

  @ArchTest
  static final ArchRule theExtractEnginesTextWorkIsPlain =
      plain(
          "dev.weir.inference.provider.builtin.extract.text..",
          "dev.weir.inference.provider.builtin.extract.schema..");

  @ArchTest static final ArchRule responsesArePlain = plain("dev.weir.orchestrator.response..");

  @ArchTest
  static final ArchRule budgetArithmeticIsPlain =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.orchestrator.user..")
          .and()
          .haveNameMatching(
              ".*\\.(Account|Amounts|Attempts|Balance|Block|Books|Charge|Demand|Limits|Outbox"
                  + "|Posting|Purse|Ranges|Refusal|Reservation|Settlement|Span|TierSettings)")
          .should()
          .dependOnClassesThat(actorsOrStreams());

  @ArchTest
  static final ArchRule theConduitsProtocolIsPlain =
      noClasses()
          .that()
          .haveNameMatching(
              "dev\\.weir\\.cluster\\.conduit\\.(Frame|FrameCodec|Receiver|Sender|Reception)")
          .should()
          .dependOnClassesThat(actorsOrStreams());

  private static ArchRule plain(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat(actorsOrStreams());
  }

  /** {@code ByteString} and the JSON annotations of what is stored are values, and allowed. */
  private static DescribedPredicate<JavaClass> actorsOrStreams() {
    return JavaClass.Predicates.resideInAnyPackage(
            "org.apache.pekko.actor..",
            "org.apache.pekko.stream..",
            "org.apache.pekko.cluster..",
            "org.apache.pekko.persistence..")
        .as("actors or streams");
  }
}
