/** Filling a JSON Schema with values found in a text, so that the result always validates. */
@NullMarked
package dev.weir.inference.provider.builtin.extract.schema;

import org.jspecify.annotations.NullMarked;
