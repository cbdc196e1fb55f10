/** What is done before a deployment's first call, so that it finds its upstream ready. */
@NullMarked
package dev.weir.inference.warm;

import org.jspecify.annotations.NullMarked;
