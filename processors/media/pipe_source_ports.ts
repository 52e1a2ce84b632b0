/**
 * Which output a `pipe-source` has, by the format of what it reads.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** The output of the node. */
export function portsOf(
  { format = "y4m", range, sampleRateHz = 48_000, channels = 2 }: { readonly [key: string]: unknown },
): KnownPorts {
  const colours = { range: range === "full" ? "full" : "limited" };
  if (format === "y4m") return { outputs: { video: { pixelFormat: "i420", colours } } };
  const isKnown = typeof sampleRateHz === "number" && typeof channels === "number";
  return { outputs: { audio: isKnown ? { sampleRateHz, channels } : {} } };
}
