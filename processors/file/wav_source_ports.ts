/**
 * What a `wav-source` gives, by the header of its file.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";
import { wholeBits } from "./wav_format.ts";
import { WavReader } from "./wav_reader.ts";

/** The output of the node; `undefined` for a file that is not there or is refused, which the node itself tells. */
export function portsOf({ path }: { readonly [key: string]: unknown }): KnownPorts | undefined {
  if (typeof path !== "string") return undefined;
  try {
    using reader = WavReader.open(path);
    const { sampleRateHz, channels, sampleFormat } = reader.format;
    return { outputs: { audio: { sampleRateHz, channels, bitsPerSample: wholeBits(sampleFormat) } } };
  } catch {
    return undefined;
  }
}
