/**
 * The graph that plays a media file to the page: each track to a node that shows it.
 *
 * @module
 */
import { basename } from "node:path";
import type { GraphFile } from "../../core/graph/schema.ts";
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { PCM } from "../../processors/media/output_formats.ts";
import { coloursOf } from "../../processors/media/track_colours.ts";
import type { PlayArgs } from "../media_args.ts";
import { type ChainEnd, GraphDraft, type LinkOptions } from "./draft.ts";
import { comesAsYuv } from "./video_chain.ts";
import { decoderOf, familyOf, undecodable } from "../../processors/media/decoders.ts";

/** The id of the node that reads. */
export const SOURCE = "file";

/**
 * The tracks that are played: the first one of pictures and the first one of sound that can be. A speaker and a window
 * take what is decoded alone.
 */
export function playedTracks({ tracks }: MediaInfo, { speaker, noVideo, noAudio }: PlayArgs): TrackInfo[] {
  const isPlayed = (track: TrackInfo) => track.refusal === undefined && (!speaker || undecodable(track) === undefined);
  return (["video", "audio"] as const).flatMap((kind) => {
    if (kind === "video" ? noVideo : noAudio) return [];
    return tracks.find((track) => track.kind === kind && isPlayed(track)) ?? [];
  });
}

/**
 * Draws up the graph: a live one, whose source the page can seek, slow down and loop. What cannot be decoded is played
 * as it is. With `--speaker`, sound goes to a speaker and pictures to a window, where they wait for each other instead of
 * being dropped on the way: what leads up to a place comes at once.
 */
export function playingGraph(tracks: readonly TrackInfo[], args: PlayArgs, byFfmpeg = false): GraphFile {
  const draft = new GraphDraft();
  const { file: path, fromSeconds: positionSeconds = 0, speed = 1, loop } = args;
  const isTurned = tracks.some(({ rotation }) => rotation !== undefined);
  const more = { speed, loop, ...(isTurned && { tellRotation: false }) };
  draft.add(SOURCE, byFfmpeg ? "ffmpeg-source" : "media-source", { path, positionSeconds, ...(!byFfmpeg && more) });
  for (const track of tracks) addTrack(draft, track, args);
  return draft.finish(undefined, "live");
}

/** The nodes at the ends of tracks that are seen and heard. */
const SPEAKER = { type: "speaker", input: "audio", output: "" };
const DISPLAY = { type: "display", input: "video", output: "" };
/** The nodes at the ends of tracks that are watched on the page alone. */
const VALVE = { type: "valve", input: "frameIn", output: "frameOut" };
const METER = { type: "level-meter", input: "audioIn", output: "audioOut" };

/** How much is on its way between two nodes, in frames. */
const WAITS: LinkOptions = { policy: "lossless", capacity: 8 };

function addTrack(draft: GraphDraft, track: TrackInfo, { speaker, device, file }: PlayArgs): void {
  const { name, kind, codec, rotation, pixelAspect } = track;
  const how = speaker ? WAITS : undefined;
  let end: ChainEnd = { from: `${SOURCE}.${name}` };
  let isRaw = familyOf(codec) === PCM;
  const decoder = decoderOf(track);
  if (decoder !== undefined) {
    end = draft.append(end, `${kind}-decode`, decoder, {}, kind, how);
    isRaw = true;
    const turn = { type: "scale", input: "videoIn", output: "videoOut" };
    const isAnamorphic = speaker && pixelAspect !== undefined;
    if (rotation !== undefined || isAnamorphic) {
      const config = {
        ...(rotation !== undefined && { rotate: rotation }),
        ...(isAnamorphic && { squarePixels: true }),
      };
      end = draft.append(end, "turn", turn, config, kind, how);
    }
  }
  if (!speaker) {
    draft.append(end, kind === "video" ? "picture" : "level", isRaw && kind === "audio" ? METER : VALVE, {});
  } else if (kind === "audio") {
    draft.append(end, "speaker", SPEAKER, device === undefined ? {} : { device }, "speaker", how);
  } else {
    const colours = comesAsYuv(track) ? coloursOf(track) : {};
    draft.append(end, "display", DISPLAY, { title: basename(file), ...colours }, "display", how);
  }
}
