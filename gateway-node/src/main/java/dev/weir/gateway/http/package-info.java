/** HTTP: routes, server-sent events, and the answers to what goes wrong. */
@NullMarked
package dev.weir.gateway.http;

import org.jspecify.annotations.NullMarked;
