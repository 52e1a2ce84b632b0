/**
 * What a `process` takes, by how its program reads it.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** The inputs of the node: YUV4MPEG2 has pictures of `i420`. */
export function portsOf({ videoFormat = "y4m" }: { readonly [key: string]: unknown }): KnownPorts {
  const videoIn = videoFormat === "y4m" ? { pixelFormat: "i420" } as const : {};
  return { inputs: { name: "the program", takes: { audioIn: {}, videoIn, encodedIn: {}, dataIn: {} } } };
}
