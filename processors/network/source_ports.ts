/**
 * Which outputs a source of the network has, by the format of what comes.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";

/** Interleaved samples, little-endian. */
export type PcmFormat = "s16" | "s24" | "s32" | "f32";

const PCM: ReadonlySet<unknown> = new Set<PcmFormat>(["s16", "s24", "s32", "f32"]);

/** Whether messages of the format are samples. */
export function isPcm(format: unknown): format is PcmFormat {
  return PCM.has(format);
}

/** The outputs of the node; those of items follow from what comes. */
export function portsOf(
  { format, sampleRateHz = 48_000, channels = 2 }: { readonly [key: string]: unknown },
): KnownPorts | undefined {
  if (format === "items") return undefined;
  if (!isPcm(format)) return { outputs: { data: {} } };
  const isKnown = typeof sampleRateHz === "number" && typeof channels === "number";
  return { outputs: { audio: isKnown ? { sampleRateHz, channels } : {} } };
}
