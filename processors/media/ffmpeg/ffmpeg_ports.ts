/**
 * Which outputs an `ffmpeg-source` has, for those who choose what is linked to it.
 *
 * @module
 */
import type { KnownPorts } from "../../../core/descriptor/known_ports.ts";

const known = new Map<string, KnownPorts>();

/** The outputs of the node; `undefined` for an input that nobody has asked ffmpeg for. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  return typeof path === "string" ? known.get(path) : undefined;
}

/** Takes what ffmpeg has said of an input. */
export function tellPorts(path: string, ports: KnownPorts): void {
  known.set(path, ports);
}
