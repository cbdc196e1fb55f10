/**
 * A small HTTP/1.1 client for answers that stream: it reads only on demand, and a cancelled
 * exchange closes its socket at once.
 */
@NullMarked
package dev.weir.inference.provider.http;

import org.jspecify.annotations.NullMarked;
