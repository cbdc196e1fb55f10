/** Which models a client may ask for, and which deployments serve them. */
@NullMarked
package dev.weir.inference.catalog;

import org.jspecify.annotations.NullMarked;
