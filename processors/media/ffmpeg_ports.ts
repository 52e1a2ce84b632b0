/**
 * Which outputs an `ffmpeg-source` has.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";
import { knownPorts } from "./source_ports.ts";

/** The outputs of the node; `undefined` for an input that ffmpeg was not asked about, and for one that it does not read. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  return knownPorts("ffmpeg", path);
}
