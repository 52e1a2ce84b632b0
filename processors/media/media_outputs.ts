/**
 * Which outputs a media-source of a file has.
 *
 * @module
 */
import * as mediabunny from "mediabunny";
import type { FormatAccepts } from "../../core/frames/format.ts";
import type { FoundOutputs } from "../../core/graph/expression/chosen_ports.ts";
import { MediaFile } from "./media_file.ts";

/** The outputs of a media-source of a file, by name, with what each gives; `undefined` if nobody can read the file. */
export async function mediaOutputs(path: string): Promise<FoundOutputs | undefined> {
  try {
    using file = await MediaFile.open(mediabunny, path);
    const playable = [...file.tracks].filter(([, { format }]) => format !== undefined);
    return Object.fromEntries(playable.map(([name, { format }]) => [name, formatsOf(format!)]));
  } catch {
    // The node says what is wrong with its file, when it opens it.
    return undefined;
  }
}

function formatsOf(format: { readonly kind: string }): FormatAccepts {
  const { kind: _, ...fields } = format;
  return fields;
}
