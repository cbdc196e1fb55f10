/**
 * The wire's shapes: requests read with errors that name the field, responses and events written.
 */
@NullMarked
package dev.weir.gateway.json;

import org.jspecify.annotations.NullMarked;
