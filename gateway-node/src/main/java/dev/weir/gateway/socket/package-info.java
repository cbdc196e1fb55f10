/**
 * Responses over a WebSocket: turns queue on the connection, events flow as fast as it takes them.
 */
@NullMarked
package dev.weir.gateway.socket;

import org.jspecify.annotations.NullMarked;
