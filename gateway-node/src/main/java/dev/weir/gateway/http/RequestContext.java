package dev.weir.gateway.http;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.response.Caller;

/** What every handler knows of its request. */
record RequestContext(String requestId, Caller caller, TraceContext trace) {}
