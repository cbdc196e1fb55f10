package dev.weir.inference.limit;

/**
 * Who asks for permits: one deployment's queue on one node.
 *
 * @param node names a node's process, and no other that ever was
 * @param queue the deployment
 */
public record Member(String node, String queue) {}
