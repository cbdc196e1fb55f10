/** What crosses nodes and what is stored: Kryo on the wire, CBOR in the journal. */
@NullMarked
package dev.weir.cluster.serialization;

import org.jspecify.annotations.NullMarked;
