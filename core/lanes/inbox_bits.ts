/**
 * The bits of a lane's inbox, besides `POOL_INBOX_BIT` of the pools. Bits from {@linkcode FIRST_LINK_BIT} on mean that
 * a link has frames or room again.
 *
 * @module
 */

/** The control isolate has posted a message. */
export const MESSAGE_INBOX_BIT = 1;

/** The first bit that links use. */
export const FIRST_LINK_BIT = 2;
