/**
 * The graph that records devices to a file.
 *
 * @module
 */
import { extname } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import { findOutputFormat, OUTPUT_EXTENSIONS, type OutputFormat, PCM } from "../../processors/media/output_formats.ts";
import { picturePools } from "../../processors/media/picture_pools.ts";
import type { PictureSize } from "../../processors/media/scale_advice.ts";
import type { ScreenSizes } from "../../processors/media/screen_sizes.ts";
import type { RecordArgs } from "../device_args.ts";
import type { WantedSize } from "../media_values.ts";
import { type ChainEnd, GraphDraft, type LinkOptions } from "./draft.ts";
import { ENCODERS } from "./formats.ts";
import { usualBitRate } from "./video_chain.ts";

/** The id of the node that writes. */
export const RECORDING = "recording";

/** Pictures a second where nothing is said. */
const USUAL_RATE = 30;
/** The size of pictures in which a camera lies over a screen whose size is not known. */
const USUAL_SIZE: PictureSize = { width: 1280, height: 720 };
/** The share of the height that a camera takes over a screen, and its distance from the edges. */
const [CAMERA_SHARE, MARGIN_SHARE] = [0.25, 0.03];
/** The rate that Opus has. */
const OPUS_RATE_HZ = 48_000;
/** How long the file waits for a device that is slow to begin. */
const START_WAIT_SECONDS = 10;

/** A recording misses nothing that has come, while a write to the disk takes its time: 0.5 s of sound. */
const SOUND: LinkOptions = { policy: "lossless", capacity: 50 };
const ENCODED: LinkOptions = { policy: "lossless", capacity: 32 };

/** What `DISPLAY` names: a host, if any, the number of a display, and a screen of it, if any. */
const DISPLAY = /^[\w.-]*:\d+(\.\d+)?$/;

/**
 * Draws up the graph.
 *
 * @param screen what is known of the sizes of the screen and of the window
 * @throws {SluiceError} `InvalidConfig` for a file that does not hold what is to be recorded
 */
export function recordingGraph(args: RecordArgs, screen: ScreenSizes): GraphFile {
  const format = recordedFormat(args);
  const draft = new GraphDraft();
  const pictures = addPictures(draft, args, screen.captured);
  const size = pictures && addVideo(draft, pictures, format, args);
  if (args.microphone !== undefined) addSound(draft, args.microphone, format);
  const tracks = Number(pictures !== undefined) + Number(args.microphone !== undefined);
  draft.add(RECORDING, format.sink, {
    path: args.output,
    // Devices have no more bits than that.
    ...(format.sink === "wav-sink" && { format: "s24" }),
    ...(format.sink === "media-sink" && tracks > 1 && { startWaitSeconds: START_WAIT_SECONDS }),
  });
  // A window may become as large as the screen.
  const sizes = [screen.whole ?? {}, screen.captured ?? {}, size ?? {}];
  return draft.finish(picturePools(sizes), "live");
}

/** The display and the window that `--screen` names. */
export function screenConfig(screen: string): { readonly display?: string; readonly window?: string } {
  if (screen === "") return {};
  return DISPLAY.test(screen) ? { display: screen } : { window: screen };
}

/** Pictures with their size, as far as it is known. */
interface Pictures {
  readonly end: ChainEnd;
  readonly size: PictureSize | undefined;
  readonly content: "screen" | "camera";
}

function addPictures(draft: GraphDraft, args: RecordArgs, size: PictureSize | undefined): Pictures | undefined {
  const { screen, camera, frameRate = USUAL_RATE } = args;
  if (screen !== undefined) draft.add("screen", "screen", { ...screenConfig(screen), frameRate }, "screen");
  if (camera !== undefined) {
    draft.add("camera", "camera", { ...(camera !== "" && { device: camera }), frameRate }, "camera");
  }
  if (screen !== undefined && camera !== undefined) return composed(draft, args, size ?? USUAL_SIZE);
  if (screen !== undefined) return { end: { from: "screen.video" }, size, content: "screen" };
  return camera === undefined ? undefined : { end: { from: "camera.video" }, size: undefined, content: "camera" };
}

/** The camera over the screen, in the left lower corner: there it fits whatever its shape is. */
function composed(draft: GraphDraft, { size: wanted }: RecordArgs, screen: PictureSize): Pictures {
  const size = evenSize(wanted, screen);
  const { width, height } = size;
  const [cameraHeight, margin] = [Math.round(height * CAMERA_SHARE), Math.round(height * MARGIN_SHARE)];
  const toRgba = (id: string, from: string) => {
    const convert = { type: "convert", input: "videoIn", output: "videoOut" };
    return draft.append({ from }, id, convert, { pixelFormat: "rgba8" }, "compose");
  };
  const [below, above] = [toRgba("screen-rgba", "screen.video"), toRgba("camera-rgba", "camera.video")];
  draft.add("picture-in-picture", "compositor", {
    ...{ width, height, master: 0, width_0: width, height_0: height },
    ...{ height_1: cameraHeight, x_1: margin, y_1: height - cameraHeight - margin },
  }, "compose");
  draft.link(below.from, "picture-in-picture.videoIn_0");
  draft.link(above.from, "picture-in-picture.videoIn_1");
  return { end: { from: "picture-in-picture.videoOut" }, size, content: "screen" };
}

/** @returns the size of the pictures in the file, as far as it is known */
function addVideo(draft: GraphDraft, pictures: Pictures, format: OutputFormat, args: RecordArgs): WantedSize {
  const { frameRate = USUAL_RATE } = args;
  const codec = encodable(format.video)!;
  let { end } = pictures;
  const size = pictures.size === undefined ? undefined : evenSize(args.size, pictures.size);
  const scaled: WantedSize = size ?? evenSides(args.size);
  if (Object.keys(scaled).length > 0) {
    // A window that becomes larger or smaller does not change the size of the file.
    const scale = { type: "scale", input: "videoIn", output: "videoOut" };
    end = draft.append(end, "scale", scale, { ...scaled }, "encode");
  }
  const convert = { type: "convert", input: "videoIn", output: "videoOut" };
  end = draft.append(end, "convert", convert, { pixelFormat: "i420" }, "encode");
  const { content } = pictures;
  const bitRate = usualBitRate(size ?? USUAL_SIZE, frameRate);
  end = draft.append(end, "video-encode", ENCODERS[codec], { bitRate, frameRate, content }, "encode");
  draft.link(end.from, `${RECORDING}.video_0`, ENCODED);
  return scaled;
}

function addSound(draft: GraphDraft, device: string, format: OutputFormat): void {
  const codec = encodable(format.audio)!;
  const rate = codec === "opus" ? { sampleRateHz: OPUS_RATE_HZ } : {};
  draft.add("microphone", "microphone", { ...(device !== "" && { device }), ...rate }, "microphone");
  const start: ChainEnd = { from: "microphone.audio" };
  if (codec === PCM) {
    return draft.link(start.from, `${RECORDING}.${format.sink === "wav-sink" ? "audio" : "pcm_0"}`, SOUND);
  }
  const end = draft.append(start, "audio-encode", ENCODERS[codec], {}, "microphone", SOUND);
  draft.link(end.from, `${RECORDING}.audio_0`, SOUND);
}

/** @throws {SluiceError} `InvalidConfig` for a file that does not hold what is to be recorded */
function recordedFormat(args: RecordArgs): OutputFormat {
  const { output, screen, camera, microphone } = args;
  const format = findOutputFormat(output);
  const hasPictures = screen !== undefined || camera !== undefined;
  const isRecorded = (each: OutputFormat) => each.sink === "media-sink" || each.sink === "wav-sink";
  const holds = (each: OutputFormat) =>
    isRecorded(each) && (!hasPictures || encodable(each.video) !== undefined) &&
    (microphone === undefined || encodable(each.audio) !== undefined);
  const available = OUTPUT_EXTENSIONS.filter((extension) => {
    const each = findOutputFormat(`x${extension}`);
    return each !== undefined && holds(each);
  });
  if (format !== undefined && holds(format)) return format;
  const found = format === undefined ? `extension ${JSON.stringify(extname(output))}` : format.name;
  const what = [hasPictures ? "pictures" : [], microphone === undefined ? [] : "sound"].flat().join(" and ");
  throw new SluiceError(
    "InvalidConfig",
    `Cannot record ${what} to ${JSON.stringify(output)}: found ${found}, wanted ${available.join(", ")}`,
    { key: "--output", available },
  );
}

/** The first of the codecs that a node encodes; samples are written as they are. */
function encodable(codecs: readonly string[]): string | undefined {
  return codecs.find((codec) => codec === PCM || ENCODERS[codec] !== undefined);
}

/** Sides that H.264 can have. */
function evenSides({ width, height }: WantedSize = {}): WantedSize {
  const even = (side: number) => Math.max(16, side - side % 2);
  return { ...(width !== undefined && { width: even(width) }), ...(height !== undefined && { height: even(height) }) };
}

/** A size that H.264 can have: the wanted one, or that of what comes. */
function evenSize({ width, height }: WantedSize = {}, from: PictureSize): PictureSize {
  const shape = from.width / from.height;
  const wide = width ?? (height === undefined ? from.width : Math.round(height * shape));
  const high = height ?? (width === undefined ? from.height : Math.round(width / shape));
  return { width: wide, height: high, ...evenSides({ width: wide, height: high }) };
}
