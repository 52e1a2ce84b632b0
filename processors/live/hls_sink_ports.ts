/**
 * Which inputs an `hls-sink` has.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** The inputs of the node, and the codecs that they take. */
export function portsOf(): KnownPorts {
  return { inputs: { name: "HLS", takes: { video: { codec: ["h264"] }, audio: { codec: ["opus", "aac"] } } } };
}
