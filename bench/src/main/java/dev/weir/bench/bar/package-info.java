/** The bars Weir is built to: what is wanted, how it is measured, one class each. */
@NullMarked
package dev.weir.bench.bar;

import org.jspecify.annotations.NullMarked;
