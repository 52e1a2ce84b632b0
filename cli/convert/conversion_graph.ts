/**
 * The graph that converts a media file: shipped nodes from one that reads to one that writes.
 *
 * @module
 */
import type { GraphFile } from "../../core/graph/schema.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import { type Container, containerOf, isIndexed } from "../../processors/media/containers.ts";
import { isSequence } from "../../processors/media/image_path.ts";
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { type OutputFormat, PCM } from "../../processors/media/output_formats.ts";
import { bothWays, picturePools } from "../../processors/media/picture_pools.ts";
import type { PictureSize } from "../../processors/media/scale_advice.ts";
import type { ConvertArgs } from "../media_args.ts";
import { audioChain, audioFrames, encodedAudio } from "./audio_chain.ts";
import { type ChainEnd, GraphDraft, MAIN } from "./draft.ts";
import { familyOf, wholeBitsOf } from "../../processors/media/decoders.ts";
import { coloursOf } from "../../processors/media/track_colours.ts";
import { type JoinedFile, joinedFrames, suffixOf } from "./joined_files.ts";
import { ffmpegOptions, formatPath } from "./formats.ts";
import type { TrackPlan } from "./track_plan.ts";
import { comesAsYuv, encodedVideo, plannedSize, videoChain } from "./video_chain.ts";

/** Ids of the nodes at the ends. */
export const INPUT = "input";
export const OUTPUT = "output";
/** How {@linkcode MediaInfo} names the container of raw pictures. */
const Y4M = "YUV4MPEG2";
/** What a slot of the pool for encoded frames has room for, and the share of a picture's pixels that a packet can take. */
const [USUAL_PACKET_BYTES, PACKET_SHARE] = [2 ** 20, 0.375];

/**
 * Draws up the graph.
 *
 * @param plans what is done with each track that is read
 * @param otherSizes those that pictures have beside that of the first one
 * @param joined files that follow
 */
export function conversionGraph(
  info: MediaInfo,
  plans: readonly TrackPlan[],
  output: OutputFormat,
  args: ConvertArgs,
  otherSizes: readonly PictureSize[] = [],
  joined: readonly JoinedFile[] = [],
): GraphFile {
  const draft = new GraphDraft();
  const files = [{ info, plans, args }, ...joined];
  addInputs(draft, files);
  for (const [index, plan] of plans.entries()) {
    const starts = startsOf(files, index);
    const [start] = starts;
    const end = joined.length > 0
      ? encoded(draft, joinedFrames(draft, starts, files, index), plan, args)
      : plan.copied
      ? start
      : plan.track.kind === "video"
      ? videoChain(draft, start, plan, args, otherSizes.length > 0)
      : audioChain(draft, start, plan, args);
    draft.link(end.from, outputAddress(plan, output));
  }
  addOutput(draft, plans, output, args);
  const sizes = joined.flatMap(({ info: { tracks } }) =>
    tracks.flatMap(({ width, height }) => sizeIfKnown(width, height))
  );
  return draft.finish(poolsFor(plans, args, [...otherSizes, ...sizes]));
}

function sizeIfKnown(width: number | undefined, height: number | undefined): { width: number; height: number }[] {
  return width === undefined || height === undefined ? [] : [{ width, height }];
}

function encoded(draft: GraphDraft, end: ChainEnd, plan: TrackPlan, args: ConvertArgs): ChainEnd {
  return plan.track.kind === "video" ? encodedVideo(draft, end, plan, args) : encodedAudio(draft, end, plan, args);
}

/** The id of the node that measures. */
export const METER = "loudness";

/** The graph that measures how loud a track of sound will be as the file has it. @param index of its plan */
export function measuringGraph(files: readonly JoinedFile[], index: number): GraphFile {
  const draft = new GraphDraft();
  addInputs(draft, files);
  const starts = startsOf(files, index);
  const [{ plans, args }] = files;
  const end = files.length > 1
    ? joinedFrames(draft, starts, files, index)
    : audioFrames(draft, starts[0], plans[index], args);
  draft.append(end, METER, { type: "loudness", input: "audioIn", output: "audioOut" }, { intervalMs: 1000 });
  return draft.finish(undefined);
}

function addInputs(draft: GraphDraft, files: readonly JoinedFile[]): void {
  for (const [number, { info, args }] of files.entries()) {
    draft.suffix = suffixOf(number);
    addInput(draft, info, args);
  }
  draft.suffix = "";
}

/** Where each file gives a track. */
function startsOf(files: readonly JoinedFile[], index: number): ChainEnd[] {
  return files.map(({ info, plans, args }, number) => ({
    from: `${INPUT}${suffixOf(number)}.${inputPort(info, plans[index], args)}`,
  }));
}

/** Whether WAV files are read by the node type that is for them: it has no times to begin and to end at. */
function isPlainWav({ container }: MediaInfo, { fromSeconds, toSeconds }: ConvertArgs): boolean {
  return container === "WAVE" && fromSeconds === undefined && toSeconds === undefined;
}

function isPicture({ container }: MediaInfo): boolean {
  return container === "PNG" || container === "JPEG";
}

function addInput(draft: GraphDraft, info: MediaInfo, args: ConvertArgs): void {
  const path = args.input;
  if (isPicture(info)) {
    const rate = isSequence(path) ? { frameRate: args.frameRate ?? 25 } : {};
    return draft.add(INPUT, "image-source", { path, ...rate });
  }
  if (isPlainWav(info, args)) return draft.add(INPUT, "wav-source", { path });
  if (info.container === Y4M) {
    const { range } = coloursOf(info.tracks[0]);
    const isFile = path !== STANDARD;
    return draft.add(INPUT, "pipe-source", { ...(isFile && { path }), range }, isFile ? undefined : MAIN);
  }
  const { fromSeconds, toSeconds } = args;
  const isTurned = info.tracks.some(({ rotation }) => rotation !== undefined);
  draft.add(INPUT, info.byFfmpeg ? "ffmpeg-source" : "media-source", {
    path,
    ...(isTurned && { tellRotation: false }),
    ...(fromSeconds !== undefined && { positionSeconds: fromSeconds }),
    ...(toSeconds !== undefined && { endSeconds: toSeconds }),
  });
}

function inputPort(info: MediaInfo, { track }: TrackPlan, args: ConvertArgs): string {
  if (isPicture(info)) return info.container === "PNG" ? "video" : "jpeg";
  if (info.container === Y4M) return "video";
  return isPlainWav(info, args) ? "audio" : track.name;
}

function addOutput(
  draft: GraphDraft,
  plans: readonly TrackPlan[],
  { sink }: OutputFormat,
  args: ConvertArgs,
): void {
  const { output: path, audioCodec } = args;
  if (sink === "pipe-sink") {
    const [{ track }] = plans;
    const range = comesAsYuv(track) ? coloursOf(track).range : "limited";
    return draft.add(OUTPUT, sink, { ...(path !== STANDARD && { path }), range });
  }
  const needs = plans.length > 1 ? { needsAllTracks: true } : {};
  if (sink === "ffmpeg-sink") {
    const pictures = plans.find(({ track }) => comesAsYuv(track));
    const range = pictures && coloursOf(pictures.track).range;
    return draft.add(OUTPUT, sink, { path, options: ffmpegOptions(args), ...(range && { range }), ...needs });
  }
  const samples = plans.find(({ codec }) => codec === PCM);
  const format = samples && sampleFormat(samples.track, audioCodec);
  const rotate = plans.find(({ copied, track }) => copied && track.rotation !== undefined)?.track.rotation;
  draft.add(OUTPUT, sink, {
    path,
    ...(sink === "media-sink" && args.format !== undefined && { container: containerFor(args) }),
    ...(format !== undefined && { [sink === "wav-sink" ? "format" : "pcmFormat"]: format }),
    ...(rotate !== undefined && { rotate }),
    ...needs,
  });
}

/** Where nothing can be changed later, MP4 and QuickTime are written in fragments. */
function containerFor(args: ConvertArgs): Container {
  const container = containerOf(formatPath(args));
  return args.output === STANDARD && isIndexed(container) ? "fragmented-mp4" : container;
}

/** The format of samples in the file: that of the input, as far as files are written with it. */
function sampleFormat(track: TrackInfo, codec = track.codec): string {
  if (familyOf(codec) !== PCM) return `s${wholeBitsOf(track)}`;
  const format = codec.slice("pcm-".length);
  return format === "u8" ? "s16" : format === "f64" ? "f32" : format;
}

/** The input of the node that writes to which a track leads. */
export function outputAddress(plan: TrackPlan, output: OutputFormat): string {
  return `${OUTPUT}.${outputPort(plan, output)}`;
}

function outputPort({ track, codec }: TrackPlan, { sink }: OutputFormat): string {
  if (sink === "wav-sink") return "audio";
  if (sink === "image-sink") return codec === "jpeg" ? "jpeg" : "video";
  if (sink === "pipe-sink") return "video";
  return track.kind === "video" ? "video_0" : codec === PCM && sink === "media-sink" ? "pcm_0" : "audio_0";
}

/** A pool for pictures that are larger than usual. */
function poolsFor(
  plans: readonly TrackPlan[],
  args: ConvertArgs,
  otherSizes: readonly PictureSize[],
): GraphFile["pools"] {
  const pictures = plans.find(({ track }) => track.kind === "video");
  if (pictures === undefined) return {};
  const packetBytes = Math.max(...[pictures.track, plannedSize(pictures, args)].map(mostPacketBytes));
  const encoded: GraphFile["pools"] = packetBytes <= USUAL_PACKET_BYTES ? {} : { encoded: { slotBytes: packetBytes } };
  if (pictures.copied) return encoded;
  return {
    ...encoded,
    ...picturePools([...bothWays(pictures.track), plannedSize(pictures, args), ...otherSizes]),
  };
}

/** Room for the packets of a track: for the largest one that is known, and for what pictures of its size can take. */
function mostPacketBytes({ width = 0, height = 0, largestPacketBytes = 0 }: Partial<TrackInfo>): number {
  return Math.max(largestPacketBytes, Math.ceil(width * height * PACKET_SHARE));
}
