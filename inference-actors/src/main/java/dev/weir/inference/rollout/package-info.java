/** Whether a new deployment may take the place of an old one: compared while both serve. */
@NullMarked
package dev.weir.inference.rollout;

import org.jspecify.annotations.NullMarked;
