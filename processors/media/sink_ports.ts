/**
 * Which inputs a `media-sink` has, by the file that it writes.
 *
 * @module
 */
import type { KnownPorts } from "../../core/descriptor/known_ports.ts";
import type { Codec, FormatAccepts } from "../../core/frames/format.ts";
import { CONTAINERS, findOutputFormat, type OutputFormat, PCM } from "./output_formats.ts";

/** The inputs of the node, and the codecs that they take; `undefined` where its path tells no format. */
export function portsOf(config: { readonly [key: string]: unknown }): KnownPorts | undefined {
  const format = formatOf(config);
  return format?.sink === "media-sink" ? { inputs: { name: format.name, takes: tracksOf(format) } } : undefined;
}

function formatOf({ path, container = "auto" }: { readonly [key: string]: unknown }): OutputFormat | undefined {
  if (container === "auto") return typeof path === "string" ? findOutputFormat(path) : undefined;
  const found = Object.entries(CONTAINERS).find(([name]) => name === container);
  return found && { sink: "media-sink", ...found[1] };
}

/** Samples stay samples where the format holds them, unless they are encoded for it. */
function tracksOf({ video, audio, encodesSamples }: OutputFormat): { readonly [input: string]: FormatAccepts } {
  const sound = audio.filter((codec) => codec !== PCM);
  const encoded: [string, FormatAccepts][] = [["video", accepts(video)], ["audio", accepts(sound)]];
  const samples: [string, FormatAccepts][] = audio.includes(PCM) ? [["pcm", {}]] : [];
  const held = encoded.filter(([, { codec }]) => codec?.length);
  return Object.fromEntries(encodesSamples ? [...held, ...samples] : [...samples, ...held]);
}

/** Codecs, those that are encoded to before others first. */
function accepts(codecs: readonly string[]): FormatAccepts {
  return { codec: codecs as readonly Codec[] };
}
