/** One thread that waits for many sockets and for moments in time. */
@NullMarked
package dev.weir.bench.loop;

import org.jspecify.annotations.NullMarked;
