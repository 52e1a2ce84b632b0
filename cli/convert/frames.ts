/**
 * The nodes that make frames of a track: its decoder, and what cuts them at the times that `--from` and `--to` name.
 *
 * @module
 */
import type { TrackInfo } from "../../processors/media/media_info.ts";
import { isSequence } from "../../processors/media/image_path.ts";
import type { ConvertArgs } from "../media_args.ts";
import type { ChainEnd, GraphDraft } from "./draft.ts";
import { RAW_VIDEO } from "../../processors/media/output_formats.ts";
import { decoderOf } from "../../processors/media/decoders.ts";

/** The lanes of what decodes. */
const LANES = { video: "decode", audio: "audio" } as const;

/** Appends what makes frames of a track. */
export function frames(draft: GraphDraft, start: ChainEnd, track: TrackInfo, args: ConvertArgs): ChainEnd {
  const { kind } = track;
  const decoder = decoderOf(track);
  // Where there is one picture, nothing is left without it.
  const config = track.codec === "jpeg" && !isSequence(args.input) ? { damaged: "fail" } : {};
  const end = decoder === undefined ? start : draft.append(start, `${kind}-decode`, decoder, config, LANES[kind]);
  const { fromSeconds = 0, toSeconds } = args;
  if (fromSeconds === 0 && toSeconds === undefined) return end;
  // A source that goes to its place counts times from there on.
  const startSeconds = track.codec === RAW_VIDEO ? fromSeconds : 0;
  const times = {
    ...(startSeconds > 0 && { startSeconds }),
    ...(toSeconds !== undefined && { endSeconds: startSeconds + toSeconds - fromSeconds }),
  };
  return draft.append(end, `${kind}-trim`, { type: "trim", input: "frameIn", output: "frameOut" }, times);
}
