/**
 * Which outputs a `media-source` has, for those who choose what is linked to it. Files are read asynchronously, and
 * links are made at once: what a file holds is known here once somebody has looked into it.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

const known = new Map<string, KnownPorts>();
let noted: Set<string> | undefined;

/** The outputs of the node; `undefined` for a file that nobody has looked into, and for one that nobody can read. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  if (typeof path !== "string") return undefined;
  noted?.add(path);
  return known.get(path);
}

/** Notes for which files somebody wants to know the outputs, while something is made. */
export function notingPaths<T>(make: () => T): { readonly made: T; readonly paths: ReadonlySet<string> } {
  const paths = noted = new Set<string>();
  try {
    return { made: make(), paths };
  } finally {
    noted = undefined;
  }
}

/** Takes what was found in a file, in place of what was known of it; `undefined` for one that cannot be read. */
export function tellPorts(path: string, ports: KnownPorts | undefined): void {
  if (ports === undefined) known.delete(path);
  else known.set(path, ports);
}
