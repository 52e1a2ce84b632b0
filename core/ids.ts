/**
 * Names inside a graph. An id has no dot, because a port's address is `node.port`.
 *
 * @module
 */
import { describeName } from "./errors/describe_value.ts";
import { SluiceError, type SluiceErrorCode } from "./errors.ts";

/** The id of a node: 1 to 64 letters, digits, `_` or `-`, starting with a letter or `_`. */
export type NodeId = string & { readonly "~brand": "NodeId" };

/** The id of a link, unique in its runtime. */
export type LinkId = string & { readonly "~brand": "LinkId" };

/** `node.port`, or `node.port_3` for an element of an array port. */
export type PortAddress = string & { readonly "~brand": "PortAddress" };

/** Most characters of an id. */
export const MAX_ID_LENGTH = 64;

/** Excludes `__proto__`, because graph files refuse it as a key. */
const ID = new RegExp(`^(?!__proto__$)[A-Za-z_][A-Za-z0-9_-]{0,${MAX_ID_LENGTH - 1}}$`);

const LINK_ID = /^link(?:0|[1-9][0-9]*)$/;

/** True if a text can be the id of a node or a link, or the name of a lane. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * Checks a node id.
 *
 * @throws {SluiceError} `InvalidGraph` for a text that is no id
 */
export function nodeId(text: string): NodeId {
  assertId(text, "a node id");
  return text as NodeId;
}

/**
 * Returns the default id of a node: its type, such as `mixer-4` for `mixer<4>`, with a number from the second node on.
 * Takes the next number if one is taken. The result may exceed the length of an id: `nodeId()` checks it.
 *
 * @param taken the ids of the other nodes
 */
export function defaultNodeId(type: string, taken: { has(id: NodeId): boolean }): string {
  const plain = type.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/-$/, "");
  const isTaken = (n: number) => taken.has(n === 1 ? plain as NodeId : `${plain}-${n}` as NodeId);
  // Takes few steps among many nodes of a type: doubles the number up to a free one, then halves the way back.
  let [used, free] = [0, 1];
  for (; isTaken(free); free *= 2) used = free;
  while (free - used > 1) {
    const middle = Math.floor((used + free) / 2);
    if (isTaken(middle)) used = middle;
    else free = middle;
  }
  return free === 1 ? plain : `${plain}-${free}`;
}

/**
 * Checks the name of a lane, by the rules for node ids.
 *
 * @throws {SluiceError} `InvalidGraph` for a text that is no id
 */
export function laneName(text: string): string {
  assertId(text, "the name of a lane");
  return text;
}

/**
 * Checks the name of a pool, by the rules for node ids.
 *
 * @param code the code of the error; by default `InvalidGraph`
 * @throws {SluiceError} `InvalidGraph`, or `code`, for a text that is no id
 */
export function poolName(text: string, code: SluiceErrorCode = "InvalidGraph"): string {
  assertId(text, "the name of a pool", code);
  return text;
}

/**
 * True for the id of a node or a link, and for the name of a lane, that no view of a graph shows: the control plane's
 * own. It begins with `~`, as no other does.
 */
export function isHidden(name: string): boolean {
  return name.startsWith("~");
}

/** Makes the id of the `n`-th link of a runtime. */
export function nthLinkId(n: number): LinkId {
  return `link${n}` as LinkId;
}

/**
 * Checks the id of a link.
 *
 * @throws {SluiceError} `InvalidGraph` for a text that is no id
 */
export function linkId(text: string): LinkId {
  if (typeof text === "string" && LINK_ID.test(text)) return text as LinkId;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot use ${describeName(text)} as the id of a link: wanted what connect() gives, such as "link0"`,
  );
}

/**
 * Joins a node id and a port name.
 *
 * @throws {SluiceError} `InvalidGraph` if the name is not valid for a port
 */
export function portAddress(node: NodeId, port: string): PortAddress;
/**
 * Checks an address.
 *
 * @param address `node.port`
 * @throws {SluiceError} `InvalidGraph` for a text that is no address
 */
export function portAddress(address: string): PortAddress;
export function portAddress(node: string, port?: string): PortAddress {
  if (port === undefined) splitAddress(node);
  else if (!ID.test(port)) assertId(port, "the name of a port");
  return (port === undefined ? node : `${node}.${port}`) as PortAddress;
}

/**
 * Splits `node.port`.
 *
 * @throws {SluiceError} `InvalidGraph` unless the address has exactly one dot, with a valid id before it
 */
export function splitAddress(address: string): { node: NodeId; port: string } {
  const dot = typeof address === "string" ? address.indexOf(".") : -1;
  if (dot < 0) throw noAddress(address);
  const node = address.slice(0, dot);
  const port = address.slice(dot + 1);
  if (!ID.test(node) || !ID.test(port)) throw noAddress(address);
  return { node: node as NodeId, port };
}

function noAddress(found: unknown): SluiceError {
  return new SluiceError("InvalidGraph", `Cannot read ${describeName(found)} as a port address: wanted "node.port"`);
}

function assertId(text: string, what: string, code: SluiceErrorCode = "InvalidGraph"): void {
  if (typeof text === "string" && ID.test(text)) return;
  throw new SluiceError(
    code,
    `Cannot use ${describeName(text)} as ${what}: wanted 1 to 64 letters, digits, "_" or "-", ` +
      `starting with a letter or "_"${text === "__proto__" ? ", and any word but this" : ""}`,
  );
}
