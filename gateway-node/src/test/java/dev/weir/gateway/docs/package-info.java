/** What is written for people, held against the code. */
@NullMarked
package dev.weir.gateway.docs;

import org.jspecify.annotations.NullMarked;
