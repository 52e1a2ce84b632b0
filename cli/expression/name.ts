/**
 * The name in messages of a graph that stands in one line.
 *
 * @module
 */

/** That of the option which it follows. */
export const EXPRESSION_NAME = "-e";
