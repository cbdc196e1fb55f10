/** Which waiting calls go to an upstream together, and when. */
@NullMarked
package dev.weir.inference.batch;

import org.jspecify.annotations.NullMarked;
