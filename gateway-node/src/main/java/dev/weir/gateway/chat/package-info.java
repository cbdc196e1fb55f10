/** Chat completions: the older shape of the same requests and answers. */
@NullMarked
package dev.weir.gateway.chat;

import org.jspecify.annotations.NullMarked;
