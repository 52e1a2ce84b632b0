/**
 * The addresses and protocol names that server and clients share.
 *
 * @module
 */

/** The port by default. */
export const DEFAULT_PORT = 4840;

/** Subprotocol of `/rpc`. */
export const RPC_PROTOCOL = "sluice.v1";

/** Precedes the token in a subprotocol that carries one. */
export const TOKEN_PROTOCOL_PREFIX = "sluice.token.";

/** The path of MCP. */
export const MCP_PATH = "/mcp";

/** The path of MCP without the tools that change anything. */
export const MCP_READ_ONLY_PATH = "/mcp/read-only";
