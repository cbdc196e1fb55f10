/** Reading: text becomes sentences, sentences become terms, and terms rank sentences. */
@NullMarked
package dev.weir.inference.provider.builtin.extract.text;

import org.jspecify.annotations.NullMarked;
