/**
 * Upstreams that take one POST and answer with server-sent events: all that does not depend on
 * whose events they are.
 */
@NullMarked
package dev.weir.inference.provider.upstream;

import org.jspecify.annotations.NullMarked;
