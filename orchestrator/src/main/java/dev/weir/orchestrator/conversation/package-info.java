/** A conversation: a tree of turns, encrypted under a key of its own, forgotten with that key. */
@NullMarked
package dev.weir.orchestrator.conversation;

import org.jspecify.annotations.NullMarked;
