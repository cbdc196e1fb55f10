package dev.weir.orchestrator.structured;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.InvalidSchemaException;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.resource.InputStreamSource;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles clients' JSON schemas, of the draft that {@code $schema} names, else of 2020-12. What
 * they refer to must be in themselves: nothing is fetched for them. Thread safe.
 */
final class Schemas {

  private static final Pattern META =
      Pattern.compile("https?://json-schema\\.org/draft[-/][\\w-]+/(schema|meta/[\\w-]+)#?");

  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().regularExpressionFactory(new BoundedPatterns()).build();

  private static final Map<VersionFlag, JsonSchema> METAS = new ConcurrentHashMap<>();

  private Schemas() {}

  /** Fails with an invalid request that names the schema. */
  static JsonSchema compile(JsonNode schema) {
    try {
      VersionFlag draft =
          SpecVersionDetector.detectOptionalVersion(schema, true).orElse(VersionFlag.V202012);
      if (!meta(draft).validate(schema).isEmpty()) {
        throw invalid("The schema is no JSON schema of its draft.").asException();
      }
      JsonSchema compiled = factory(draft).getSchema(schema, CONFIG);
      compiled.initializeValidators();
      return compiled;
    } catch (WeirException told) {
      throw told;
    } catch (RuntimeException | StackOverflowError unusable) {
      throw invalid(
              "The schema cannot be used: its draft must be known, its patterns be regular"
                  + " expressions, and its references point into itself.")
          .asException();
    }
  }

  private static JsonSchema meta(VersionFlag draft) {
    return METAS.computeIfAbsent(
        draft, it -> factory(it).getSchema(SchemaLocation.of(it.getId()), CONFIG));
  }

  private static JsonSchemaFactory factory(VersionFlag draft) {
    return JsonSchemaFactory.getInstance(
        draft, builder -> builder.schemaLoaders(loaders -> loaders.add(Schemas::onlyDrafts)));
  }

  /** Drafts' own schemas come with the library; null leaves them to it. */
  private static @Nullable InputStreamSource onlyDrafts(AbsoluteIri iri) {
    if (iri.toString().startsWith("classpath:") || META.matcher(iri.toString()).matches()) {
      return null;
    }
    throw new InvalidSchemaException(null);
  }

  static WeirError invalid(String message) {
    return new WeirError.InvalidRequest("invalid_json_schema", message, "text.format.schema");
  }
}
