/** What operators run, held against what Weir is. */
@NullMarked
package dev.weir.gateway.deploy;

import org.jspecify.annotations.NullMarked;
