/** The upstream that Weir is measured against: as cheap as can be, and it counts. */
@NullMarked
package dev.weir.bench.upstream;

import org.jspecify.annotations.NullMarked;
