/** The tool tried with tiny numbers; the bars themselves under {@code -Pacceptance}. */
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
