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

/** The id of the node with the window. */
export const WINDOW = "display";

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
 * being dropped on the way: what leads up to a place comes at once. The speaker's device sets the pace then.
 */
export function playingGraph(tracks: readonly TrackInfo[], args: PlayArgs, byFfmpeg = false): GraphFile {
  const draft = new GraphDraft();
  const { file: path, fromSeconds: positionSeconds = 0, speed = 1, loop } = args;
  const isTurned = tracks.some(({ rotation }) => rotation !== undefined);
  const more = { speed, loop, ...(isTurned && { tellRotation: false }) };
  const has = (kind: TrackInfo["kind"]) => tracks.some((track) => track.kind === kind);
  draft.add(SOURCE, byFfmpeg ? "ffmpeg-source" : "media-source", {
    path,
    positionSeconds,
    ...(args.speaker && has("audio") && { paced: false }),
    ...(!byFfmpeg && more),
  });
  for (const track of tracks) addTrack(draft, track, args, has("video"));
  return draft.finish(undefined, "live");
}

/** The nodes at the ends of tracks that are seen and heard. */
const SPEAKER = { type: "speaker", input: "audio", output: "" };
const DISPLAY = { type: "display", input: "video", output: "" };
/** The nodes at the ends of tracks that are watched on the page alone. */
const VALVE = { type: "valve", input: "frameIn", output: "frameOut" };
const METER = { type: "level-meter", input: "audioIn", output: "audioOut" };

/** How much sound a speaker keeps: who plays a file waits for it only to pause and to seek. */
const LATENCY_MS = 200;

/** How many frames are on their way between two nodes. */
const WAITS: LinkOptions = { policy: "lossless", capacity: 8 };

/** Of sound, few: all that is on its way is heard before the place that somebody goes to. */
const FEW: LinkOptions = { ...WAITS, capacity: 3 };

/**
 * Of sound before the speaker, beside pictures: half a second in most codecs. Decoders hold pictures back for up to so
 * long, and they are to be there when their sound is heard.
 */
const AHEAD: LinkOptions = { ...WAITS, capacity: 24 };

function addTrack(draft: GraphDraft, track: TrackInfo, { speaker, device, file }: PlayArgs, hasVideo: boolean): void {
  const { name, kind, codec, rotation, pixelAspect } = track;
  const waits = kind === "video" ? WAITS : FEW;
  const how = speaker ? waits : undefined;
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
    const config = { latencyMs: LATENCY_MS, ...(device !== undefined && { device }) };
    draft.append(end, "speaker", SPEAKER, config, "speaker", hasVideo ? AHEAD : FEW);
  } else {
    const colours = comesAsYuv(track) ? coloursOf(track) : {};
    draft.append(end, WINDOW, DISPLAY, { title: basename(file), ...colours }, "display", how);
  }
}
