/**
 * The model that needs no weights: it answers, summarises and calls tools from the text it is
 * given.
 */
@NullMarked
package dev.weir.inference.provider.builtin.extract;

import org.jspecify.annotations.NullMarked;
