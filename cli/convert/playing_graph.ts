/**
 * The graph that plays a media file to the page: each track to a node that shows it.
 *
 * @module
 */
import type { GraphFile } from "../../core/graph/schema.ts";
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { PCM } from "../../processors/media/output_formats.ts";
import type { PlayArgs } from "../media_args.ts";
import { type ChainEnd, GraphDraft } from "./draft.ts";
import { decoderOf, familyOf } from "../../processors/media/decoders.ts";

/** The id of the node that reads. */
export const SOURCE = "file";

/** The tracks that are played: the first one of pictures and the first one of sound that can be. */
export function playedTracks({ tracks }: MediaInfo): TrackInfo[] {
  return (["video", "audio"] as const).flatMap((kind) =>
    tracks.find((track) => track.kind === kind && track.refusal === undefined) ?? []
  );
}

/**
 * Draws up the graph: a live one, whose source the page can seek, slow down and loop. What cannot be decoded is played
 * as it is.
 */
export function playingGraph(tracks: readonly TrackInfo[], args: PlayArgs, byFfmpeg = false): GraphFile {
  const draft = new GraphDraft();
  const { file: path, fromSeconds: positionSeconds = 0, speed = 1, loop } = args;
  const isTurned = tracks.some(({ rotation }) => rotation !== undefined);
  const more = { speed, loop, ...(isTurned && { tellRotation: false }) };
  draft.add(SOURCE, byFfmpeg ? "ffmpeg-source" : "media-source", { path, positionSeconds, ...(!byFfmpeg && more) });
  for (const track of tracks) addTrack(draft, track);
  return draft.finish(undefined, "live");
}

function addTrack(draft: GraphDraft, track: TrackInfo): void {
  const { name, kind, codec, rotation } = track;
  let end: ChainEnd = { from: `${SOURCE}.${name}` };
  let isRaw = familyOf(codec) === PCM;
  const decoder = decoderOf(track);
  if (decoder !== undefined) {
    end = draft.append(end, `${kind}-decode`, decoder, {}, kind);
    isRaw = true;
    const turn = { type: "scale", input: "videoIn", output: "videoOut" };
    if (rotation !== undefined) end = draft.append(end, "turn", turn, { rotate: rotation }, kind);
  }
  const valve = { type: "valve", input: "frameIn", output: "frameOut" };
  const meter = { type: "level-meter", input: "audioIn", output: "audioOut" };
  draft.append(end, kind === "video" ? "picture" : "level", isRaw && kind === "audio" ? meter : valve, {});
}
