/**
 * What ffmpeg says of a file, a device or an address: its streams of pictures and sound.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { type PixelAspect, pixelAspectOf } from "../../core/frames/pixel_aspect.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";

/** A stream that ffmpeg decodes. */
export interface ProbedStream {
  /** The output of an `ffmpeg-source` that gives it: `video_0`. */
  readonly name: string;
  readonly kind: "video" | "audio";
  /** Its number in the input. */
  readonly index: number;
  /** As ffmpeg calls it: `hevc`. */
  readonly codec: string;
  /** Pictures a second as a fraction, where they are even. */
  readonly frameRate?: readonly [number, number];
  readonly interlaced?: true;
  /** Pixels as they are coded, before they are turned. */
  readonly width?: number;
  readonly height?: number;
  /** How wide a pixel is by its height, before pictures are turned. */
  readonly pixelAspect?: PixelAspect;
  /** How YUV follows from RGB, as H.273 and ffmpeg name it, and the levels of luma. */
  readonly matrix?: "bt601" | "bt709" | "bt2020";
  readonly range?: "limited" | "full";
  /** Clockwise, in degrees. */
  readonly rotation?: number;
  readonly sampleRateHz?: number;
  readonly channels?: number;
  /** Of a sample, where the codec keeps them all. */
  readonly bits?: number;
  readonly language?: string;
  readonly title?: string;
  readonly durationSeconds?: number;
  readonly bitRate?: number;
}

/** What ffmpeg finds. */
export interface Probed {
  /** Its name of the container: `avi`. */
  readonly container: string;
  readonly durationSeconds?: number;
  readonly streams: readonly ProbedStream[];
  readonly tags: { readonly [name: string]: string };
}

const MATRICES: { readonly [name: string]: ProbedStream["matrix"] } = {
  bt709: "bt709",
  bt470bg: "bt601",
  smpte170m: "bt601",
  bt2020nc: "bt2020",
};

/** The orders of fields that interlaced pictures have. */
const FIELD_ORDERS = /^(tt|bb|tb|bt)$/;

type Json = { readonly [key: string]: unknown };

/** The arguments by which ffmpeg opens an input. A file is opened as one, whatever its name looks like. */
export function inputArgs(path: string, options: readonly string[] = []): string[] {
  // Where a file may name others, as playlists do, it may not reach the network.
  const isPlain = options.length === 0 && isFile(path);
  return isPlain ? ["-protocol_whitelist", "file,crypto,data", "-i", `file:${path}`] : [...options, "-i", path];
}

/**
 * Asks what an input holds.
 *
 * @param options those of ffmpeg that stand before the input
 * @throws {SluiceError} `InvalidConfig` if there is no ffmpeg; `InvalidMedia` if it cannot read the input
 */
export async function probeInput(path: string, options: readonly string[] = []): Promise<Probed> {
  const args = ["-v", "error", "-show_streams", "-show_format", "-of", "json", ...inputArgs(path, options)];
  let output;
  try {
    output = await new Deno.Command("ffprobe", { args, stdin: "null", stdout: "piped", stderr: "piped" }).output();
  } catch (cause) {
    throw noFfmpeg(path, cause);
  }
  const { success, stdout, stderr } = output;
  const found = success ? parse(new TextDecoder().decode(stdout)) : undefined;
  if (found === undefined) {
    const told = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    const why = told === "" ? "it said nothing" : `it says: ${told.slice(-400)}`;
    throw new SluiceError("InvalidMedia", `Cannot read ${JSON.stringify(path)} by ffmpeg: ${why}`);
  }
  return found;
}

/** Whether ffmpeg and ffprobe can be started. */
export async function hasFfmpeg(): Promise<boolean> {
  const works = async (program: string) => {
    try {
      const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
      return (await new Deno.Command(program, { args: ["-version"], ...quiet }).output()).success;
    } catch {
      return false;
    }
  };
  return (await Promise.all(["ffmpeg", "ffprobe"].map(works))).every((each) => each);
}

function noFfmpeg(path: string, cause: unknown): SluiceError {
  const why = cause instanceof Deno.errors.NotCapable
    ? "Deno has no permission to run it: start it with --allow-run"
    : "there is no ffprobe on the PATH; install ffmpeg (on Debian: apt install ffmpeg)";
  return new SluiceError("InvalidConfig", `Cannot read ${JSON.stringify(path)} by ffmpeg: ${why}`, { cause });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function parse(text: string): Probed | undefined {
  const found: unknown = JSON.parse(text);
  if (!isPlainObject(found) || !Array.isArray(found.streams)) return undefined;
  const counts = { video: 0, audio: 0 };
  const format = isPlainObject(found.format) ? found.format : {};
  const streams = found.streams.filter(isPlainObject).flatMap((stream): ProbedStream[] => {
    const { codec_type: kind, index } = stream;
    const isCover = isPlainObject(stream.disposition) && stream.disposition.attached_pic === 1;
    if ((kind !== "video" && kind !== "audio") || typeof index !== "number" || isCover) return [];
    return [{ name: `${kind}_${counts[kind]++}`, kind, index, ...readStream(stream) }];
  });
  return {
    container: String(format.format_name ?? ""),
    ...positive("durationSeconds", format.duration),
    streams,
    tags: textsOf(format.tags),
  };
}

function readStream(stream: Json): Omit<ProbedStream, "name" | "kind" | "index"> {
  const tags = textsOf(stream.tags);
  const sides = Array.isArray(stream.side_data_list) ? stream.side_data_list.filter(isPlainObject) : [];
  const turned = Number(sides.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0);
  const rotation = ((-turned % 360) + 360) % 360;
  const frameRate = evenRate(stream);
  const [across = 0, down = 0] = String(stream.sample_aspect_ratio).split(":").map(Number);
  const pixelAspect = pixelAspectOf(across, down);
  const matrix = MATRICES[String(stream.color_space)];
  const range = { tv: "limited", pc: "full" }[String(stream.color_range)] as ProbedStream["range"];
  return {
    codec: String(stream.codec_name ?? "unknown"),
    ...positive("width", stream.width),
    ...positive("height", stream.height),
    ...positive("sampleRateHz", stream.sample_rate),
    ...positive("channels", stream.channels),
    ...positive("bits", stream.bits_per_raw_sample),
    ...positive("durationSeconds", stream.duration),
    ...positive("bitRate", stream.bit_rate),
    ...(frameRate !== undefined && { frameRate }),
    ...(pixelAspect !== undefined && { pixelAspect }),
    ...(FIELD_ORDERS.test(String(stream.field_order)) && { interlaced: true }),
    ...(matrix !== undefined && { matrix }),
    ...(range !== undefined && { range }),
    ...(rotation !== 0 && { rotation }),
    ...(tags.language !== undefined && tags.language !== "und" && { language: tags.language }),
    ...(tags.title !== undefined && { title: tags.title }),
  };
}

/** How wide pixels are once pictures are turned. */
export function turnedAspect(aspect: PixelAspect | undefined, rotation = 0): PixelAspect | undefined {
  if (aspect === undefined || rotation % 180 === 0) return aspect;
  const [across, down] = aspect.split(":").map(Number);
  return pixelAspectOf(down, across);
}

/** The rate of pictures, where the average is that of the times. */
function evenRate({ avg_frame_rate: average, r_frame_rate: base }: Json): readonly [number, number] | undefined {
  const read = (rate: unknown) => /^(\d+)\/(\d+)$/.exec(String(rate))?.slice(1).map(Number) as [number, number];
  const [found, wanted] = [read(average), read(base)];
  const isRate = found?.[0] > 0 && found[1] > 0;
  return isRate && wanted !== undefined && found[0] * wanted[1] === found[1] * wanted[0] ? found : undefined;
}

function positive<K extends string>(key: K, value: unknown): { readonly [P in K]?: number } {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? { [key]: number } as { [P in K]: number } : {};
}

function textsOf(tags: unknown): { [name: string]: string } {
  const entries = isPlainObject(tags) ? Object.entries(tags) : [];
  return Object.fromEntries(entries.filter((each): each is [string, string] => typeof each[1] === "string"));
}

/** `hevc, 1920 × 1080`, `ac3, 48000 Hz, 6 channels`. */
export function describeStream({ codec, width, height, sampleRateHz, channels }: ProbedStream): string {
  if (width !== undefined && height !== undefined) return `${codec}, ${width} × ${height}`;
  return [codec, sampleRateHz && `${sampleRateHz} Hz`, channels && `${channels} ch`].filter((each) => each).join(", ");
}
