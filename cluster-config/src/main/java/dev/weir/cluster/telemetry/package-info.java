/** What an operator sees: trace context that travels in messages, spans and metrics. */
@NullMarked
package dev.weir.cluster.telemetry;

import org.jspecify.annotations.NullMarked;
