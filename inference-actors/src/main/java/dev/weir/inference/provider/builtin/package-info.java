/** Providers without an upstream: they answer in this process. */
@NullMarked
package dev.weir.inference.provider.builtin;

import org.jspecify.annotations.NullMarked;
