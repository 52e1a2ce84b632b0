/**
 * Which outputs a `media-source` or an `ffmpeg-source` has, for those who choose what is linked to it. Files are read
 * asynchronously, and links are made at once: what a file holds is known here once somebody has looked into it.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** Who reads a file. */
export type Reader = "media" | "ffmpeg";

/** Files, by who reads them. */
export type Paths = { readonly [R in Reader]: ReadonlySet<string> };

const known = { media: new Map<string, KnownPorts>(), ffmpeg: new Map<string, KnownPorts>() };
let noted: { readonly [R in Reader]: Set<string> } | undefined;

/** The outputs of a `media-source`; `undefined` for a file that nobody has looked into, and for one that nobody can read. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  return knownPorts("media", path);
}

/** The outputs of a node that reads a path. */
export function knownPorts(reader: Reader, path: unknown): KnownPorts | undefined {
  if (typeof path !== "string") return undefined;
  noted?.[reader].add(path);
  return known[reader].get(path);
}

/** Notes for which files somebody wants to know the outputs, while something is made. */
export function notingPaths<T>(make: () => T): { readonly made: T; readonly paths: Paths } {
  const paths = noted = { media: new Set<string>(), ffmpeg: new Set<string>() };
  try {
    return { made: make(), paths };
  } finally {
    noted = undefined;
  }
}

/** Takes what was found in a file, in place of what was known of it; `undefined` for one that cannot be read. */
export function tellPorts(path: string, ports: KnownPorts | undefined, reader: Reader = "media"): void {
  if (ports === undefined) known[reader].delete(path);
  else known[reader].set(path, ports);
}
