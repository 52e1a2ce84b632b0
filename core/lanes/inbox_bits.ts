/**
 * What the bits of a lane's inbox say, beside `POOL_INBOX_BIT` of the pools: from {@linkcode FIRST_LINK_BIT} on, that a
 * link has frames or room again.
 *
 * @module
 */

/** The control isolate has posted a message. */
export const MESSAGE_INBOX_BIT = 1;

/** The first bit that links use. */
export const FIRST_LINK_BIT = 2;
