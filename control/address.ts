/**
 * How a control plane is found and greeted: for server and clients.
 *
 * @module
 */

/** The port by default. */
export const DEFAULT_PORT = 4840;

/** Subprotocol of `/rpc`. */
export const RPC_PROTOCOL = "sluice.v1";

/** What precedes the token in a subprotocol that carries one. */
export const TOKEN_PROTOCOL_PREFIX = "sluice.token.";
