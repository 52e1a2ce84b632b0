/**
 * What `--serve` was given: nothing, a port, or an address and a port.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";

/** `--serve` without a value. */
export const SERVE_AUTO = "auto";

/** What the option may look like; {@linkcode readServeAddress} says more. */
export const SERVE_PATTERN: RegExp = /^(auto|\d{1,5}|([\w.-]+|\[[\da-f:.]+\]):\d{1,5})$/i;

/** A word after `--serve` that is meant as its value, if a wrong one, and not as the graph file. */
const MEANT_AS_VALUE = /^(localhost|\d+(\.\d+){3}|\d+|.*:\d+)$/i;

const OPTION = "--serve";

const MAX_PORT = 65_535;

/** Where to serve. */
export interface ServeAddress {
  /** Address to bind to, an IPv6 one without brackets; absent: loopback. */
  readonly hostname?: string;
  /** Absent: the first free one from the default on. */
  readonly port?: number;
}

/**
 * Joins `--serve` with a value in the next word, or with {@linkcode SERVE_AUTO} if the next word is not one: `--serve
 * 4900`, `--serve=4900` and `--serve graph.json` all work.
 *
 * @param args a command line
 */
export function joinServe(args: readonly string[]): string[] {
  const at = args.indexOf(OPTION);
  const end = args.indexOf("--");
  if (at < 0 || (end >= 0 && end < at)) return [...args];
  const hasValue = MEANT_AS_VALUE.test(args[at + 1] ?? "");
  const joined = `${OPTION}=${hasValue ? args[at + 1] : SERVE_AUTO}`;
  return [...args.slice(0, at), joined, ...joinServe(args.slice(at + (hasValue ? 2 : 1)))];
}

/**
 * Reads `auto`, `4840`, `0.0.0.0:4840` or `[::]:4840`.
 *
 * @throws {SluiceError} `InvalidConfig` if the port is invalid
 */
export function readServeAddress(text: string): ServeAddress {
  if (text === SERVE_AUTO) return {};
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  if (port < 1 || port > MAX_PORT) {
    const message = `Cannot serve on port ${port}: wanted 1 to ${MAX_PORT}`;
    throw new SluiceError("InvalidConfig", message, { key: OPTION });
  }
  return colon < 0 ? { port } : { hostname: text.slice(0, colon).replace(/^\[|\]$/g, ""), port };
}
