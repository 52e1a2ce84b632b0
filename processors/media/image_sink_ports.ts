/**
 * Which input an `image-sink` has, by the extension of its files.
 *
 * @module
 */
import type { KnownInputs, KnownPorts } from "../../core/descriptor/known_ports.ts";
import { findOutputFormat } from "./output_formats.ts";

/** The input for pictures of such files; `undefined` for an extension that tells none. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  const format = typeof path === "string" ? findOutputFormat(path) : undefined;
  if (format?.sink !== "image-sink") return undefined;
  const takes: KnownInputs["takes"] = format.video.includes("jpeg") ? { jpeg: { codec: "jpeg" } } : { video: {} };
  return { inputs: { name: format.name, takes } };
}
