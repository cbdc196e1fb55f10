/** Anthropic's Messages API, and other servers that speak it. */
@NullMarked
package dev.weir.inference.provider.anthropic;

import org.jspecify.annotations.NullMarked;
