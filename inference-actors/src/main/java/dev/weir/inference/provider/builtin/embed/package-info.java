/** The built-in engine that turns texts into vectors without any model file. */
@NullMarked
package dev.weir.inference.provider.builtin.embed;

import org.jspecify.annotations.NullMarked;
