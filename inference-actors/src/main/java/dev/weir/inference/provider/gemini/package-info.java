/** Google's Gemini API: streamed {@code generateContent}. */
@NullMarked
package dev.weir.inference.provider.gemini;

import org.jspecify.annotations.NullMarked;
