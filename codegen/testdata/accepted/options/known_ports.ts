import type { KnownPorts } from "../../../../generated.ts";

/** Tells the sample rate where the size says it. */
export function portsOf({ size }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  return size === 2 ? { outputs: { audioOut: { sampleRateHz: 48_000 } } } : undefined;
}
