/** The command line: local clusters started, watched and stopped, and a chat in the terminal. */
@NullMarked
package dev.weir.gateway.cli;

import org.jspecify.annotations.NullMarked;
