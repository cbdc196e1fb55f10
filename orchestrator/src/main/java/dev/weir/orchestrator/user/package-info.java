/** Who pays: exact budgets per user, reserved before a model is called and settled afterwards. */
@NullMarked
package dev.weir.orchestrator.user;

import org.jspecify.annotations.NullMarked;
