/** What is said to a model and what it answers: items, their content, tools and usage. */
@NullMarked
package dev.weir.inference.item;

import org.jspecify.annotations.NullMarked;
