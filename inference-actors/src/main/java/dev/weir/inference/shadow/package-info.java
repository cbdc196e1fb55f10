/** What a shadow answers, compared with what was shown. */
@NullMarked
package dev.weir.inference.shadow;

import org.jspecify.annotations.NullMarked;
