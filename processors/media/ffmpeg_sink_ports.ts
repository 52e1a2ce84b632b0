/**
 * What an `ffmpeg-sink` takes.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";
import { isOfSound } from "./ffmpeg_formats.ts";

/** The inputs of the node. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts {
  const takesPictures = typeof path !== "string" || !isOfSound(path);
  const video = { pixelFormat: "i420" } as const;
  return { inputs: { name: "ffmpeg", takes: { ...(takesPictures && { video }), audio: {} } } };
}
