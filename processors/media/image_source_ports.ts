/**
 * Which outputs an `image-source` has, by the extension of its files.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** The output that pictures of such files come from. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  if (typeof path !== "string") return undefined;
  const isJpeg = /\.jpe?g$/i.test(path);
  return { outputs: isJpeg ? { jpeg: { codec: "jpeg" } } : { video: { pixelFormat: "rgba8" } } };
}
