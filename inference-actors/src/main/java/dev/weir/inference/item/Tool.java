package dev.weir.inference.item;

/**
 * A function the model may ask its caller to run.
 *
 * @param parameters JSON Schema of the arguments, as JSON text
 * @param strict whether arguments must match the schema exactly
 */
public record Tool(String name, String description, String parameters, boolean strict) {}
