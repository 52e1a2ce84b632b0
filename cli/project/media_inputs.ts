/**
 * Which inputs sinks of media have, by the files that they write.
 *
 * @module
 */
import type { FoundInputs } from "../../core/graph/expression/chosen_ports.ts";
import type { Codec, FormatAccepts } from "../../core/frames/format.ts";
import { CONTAINERS, type OutputFormat, outputFormatOf, PCM } from "../convert/formats.ts";

/** Formats that hold samples, of which hardly a player plays any: they get encoded sound. */
const ENCODED_FIRST: readonly string[] = [CONTAINERS.mp4.name];

/** The inputs of a node; `undefined` where its type tells them, or its path does not. */
export function mediaInputsOf(type: string, config: { readonly [key: string]: unknown }): FoundInputs | undefined {
  if (type !== "media-sink" && type !== "image-sink") return undefined;
  const format = formatOf(config);
  if (format === undefined || (format.sink === "image-sink") !== (type === "image-sink")) return undefined;
  return { name: format.name, takes: type === "image-sink" ? picturesOf(format) : tracksOf(format) };
}

function formatOf({ path, container = "auto" }: { readonly [key: string]: unknown }): OutputFormat | undefined {
  if (container !== "auto") {
    const found = Object.entries(CONTAINERS).find(([name]) => name === container);
    return found && { sink: "media-sink", ...found[1] };
  }
  try {
    return typeof path === "string" ? outputFormatOf(path) : undefined;
  } catch {
    // The node says what is wrong with its path, when it opens it.
    return undefined;
  }
}

function picturesOf({ video }: OutputFormat): FoundInputs["takes"] {
  return video.includes("jpeg") ? { jpeg: { codec: "jpeg" } } : { video: {} };
}

/** As `sluice convert` does, samples stay samples where the format holds them. */
function tracksOf({ name, video, audio }: OutputFormat): FoundInputs["takes"] {
  const sound = audio.filter((codec) => codec !== PCM);
  const encoded: [string, FormatAccepts][] = [["video", accepts(video)], ["audio", accepts(sound)]];
  const samples: [string, FormatAccepts][] = audio.includes(PCM) ? [["pcm", {}]] : [];
  const held = encoded.filter(([, { codec }]) => codec?.length);
  return Object.fromEntries(ENCODED_FIRST.includes(name) ? [...held, ...samples] : [...samples, ...held]);
}

/** Codecs, those that are encoded to before others first. */
function accepts(codecs: readonly string[]): FormatAccepts {
  return { codec: codecs as readonly Codec[] };
}
