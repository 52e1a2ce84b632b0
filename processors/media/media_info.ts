/**
 * What a media file says of itself: its container, its tracks and its tags.
 *
 * @module
 */
import type { Input, InputAudioTrack, InputVideoTrack } from "mediabunny";
import { bytesOf, type FileTrack } from "./file_track.ts";
import { flacStreamBits } from "./flac_header.ts";
import { imagePath, isSequence, numberAfter } from "./image_path.ts";
import { mediaError, MediaFile } from "./media_file.ts";
import { describeLosses, type MendedView } from "./mended_view.ts";
import { TransportView } from "./mend_ts.ts";
import { measurePackets } from "./packet_walk.ts";
import type { PictureFormat } from "./picture_format.ts";
import { HEAD_BYTES, type PictureInfo, readPictureInfo } from "./picture_info.ts";
import type { PictureSize } from "./scale_advice.ts";
import { findSizes } from "./ts_sizes.ts";

/** A media file. */
export interface MediaInfo {
  /** The path that was given. */
  readonly path: string;
  /** Such as `MP4`, `Matroska`, `WAVE` or `PNG`. */
  readonly container: string;
  /** True if only ffmpeg reads it. Its tracks are then decoded: `i420` and samples. */
  readonly byFfmpeg?: true;
  /** Length of the file; of numbered pictures, of all of them. */
  readonly bytes: number;
  /** The rest of a file that is cut off: "900 of 1000 bytes". */
  readonly part?: string;
  /** The damaged parts that are left out: "3,000 bytes at byte 40,213". */
  readonly damage?: string;
  /** Its other faults and how they are read: sentences about "it". */
  readonly faults?: readonly string[];
  /** The number of recordings that were joined in it, if more than one. */
  readonly recordings?: number;
  /** The number of files of numbered pictures, from the first one to a gap. */
  readonly pictures?: number;
  /** From its start to the end of what ends last; absent for pictures without a container. */
  readonly durationSeconds?: number;
  /** Bits a second of the whole file. */
  readonly bitRate?: number;
  /** Tracks of pictures and sound, in the order of the file; tracks of MPEG-TS that are not read come last. */
  readonly tracks: readonly TrackInfo[];
  /** Title, artist and so on, by name. */
  readonly tags: { readonly [name: string]: string | number };
}

/** A size that numbered pictures have. */
export interface NumberedSize extends PictureSize {
  /** The first file that has it, and how many do. */
  readonly path: string;
  readonly pictures: number;
}

/** A track of a file. */
export interface TrackInfo extends PictureFormat {
  /** The output of a `media-source` that carries it: `video_0`. */
  readonly name: string;
  /** The kind of its frames. */
  readonly kind: "video" | "audio";
  /** As encoded frames name it, `pcm-s16` and its like for samples, else what the file calls it. */
  readonly codec: string;
  /** The codec that ffmpeg decodes to that, by ffmpeg's name. */
  readonly decoded?: string;
  /** The codec with its profile and level (RFC 6381), where the file tells. */
  readonly codecString?: string;
  /** Why a `media-source` does not carry it: "its codec is vorbis, …". */
  readonly refusal?: string;
  /** From the start of the file to the end of its last packet. */
  readonly durationSeconds?: number;
  /** Bits a second, of the whole track or of its first packets. */
  readonly bitRate?: number;
  /** A code of ISO 639-2. */
  readonly language?: string;
  /** Its name in the file. */
  readonly title?: string;
  /** Pixels as they are coded, before they are turned. */
  readonly width?: number;
  /** Rows, likewise. */
  readonly height?: number;
  /** Sizes that pictures have later on, where they change. */
  readonly otherSizes?: readonly { readonly width: number; readonly height: number }[];
  /** The turn of pictures in players, clockwise, in degrees. */
  readonly rotation?: number;
  /** Pictures a second, on average. */
  readonly frameRate?: number;
  /** Pictures a second by the usual distance of two, where they do not come at a steady rate. */
  readonly usualRate?: number;
  /** Bytes of the largest packet, of the whole track or of its first packets. */
  readonly largestPacketBytes?: number;
  /** Samples a second of each channel. */
  readonly sampleRateHz?: number;
  /** The number of its channels. */
  readonly channels?: number;
  /** Bits of a sample of FLAC. */
  readonly bitsPerSample?: number;
}

/** Packets that figures are taken from where not all of them are listed in an index. */
const LOOKED_AT = 500;
/** Up to here, a file is read as a whole where that takes figures. */
const SMALL_BYTES = 16 * 2 ** 20;

/**
 * Reads what a file says of itself.
 *
 * @param path of a file, or of numbered pictures: `still-%05d.png`, of which the first one there is is read
 * @throws {SluiceError} `InvalidConfig` if it cannot be opened; `InvalidMedia` if it is no media file
 */
export async function readMediaInfo(path: string): Promise<MediaInfo> {
  const pictures = numberedInfo(path) ?? pictureFileInfo(path);
  if (pictures !== undefined) return pictures;
  using file = await MediaFile.open(await import("mediabunny"), path);
  try {
    return await mediaFileInfo(file);
  } catch (error) {
    throw mediaError(path, error);
  }
}

/**
 * Reads what the first bytes of a stream of raw pictures say of it: not how long it is.
 *
 * @returns `undefined` for another stream
 * @throws {SluiceError} `InvalidMedia` for a fault in its first line
 */
export function readStreamInfo(path: string, head: Uint8Array): MediaInfo | undefined {
  const line = head.subarray(0, HEAD_BYTES);
  try {
    const info = readPictureInfo((start, length) => line.subarray(start, start + length), line.length);
    return info?.container === "YUV4MPEG2"
      ? describePictures(path, 0, { ...info, pictures: 0, part: undefined })
      : undefined;
  } catch (error) {
    throw mediaError(path, error);
  }
}

/**
 * How many pictures of a track lie at or after a time and are needed by ones before it.
 *
 * @param name of the track
 * @throws {SluiceError} as {@linkcode readMediaInfo}
 */
export async function countBeyond(path: string, name: string, endSeconds: number): Promise<number> {
  using file = await MediaFile.open(await import("mediabunny"), path);
  try {
    return await file.tracks.get(name)?.countBeyond(endSeconds * 1e9) ?? 0;
  } catch (error) {
    throw mediaError(path, error);
  }
}

/**
 * How many pictures of a track lie before a time and are needed by ones from it on.
 *
 * @param name of the track
 * @throws {SluiceError} as {@linkcode readMediaInfo}
 */
export async function countBefore(path: string, name: string, startSeconds: number): Promise<number> {
  using file = await MediaFile.open(await import("mediabunny"), path);
  try {
    return await file.tracks.get(name)?.countBefore(startSeconds * 1e9) ?? 0;
  } catch (error) {
    throw mediaError(path, error);
  }
}

/**
 * The sizes of numbered pictures beside that of the first one, up to a gap.
 *
 * @param first the number of the first one
 */
export function readOtherSizes(pattern: string, first: number): NumberedSize[] {
  const found = new Map<string, NumberedSize>();
  const usual = trackOf(imagePath(pattern, first));
  for (let number = first + 1;; number++) {
    const path = imagePath(pattern, number);
    if (sizeOf(path) === undefined) return [...found.values()];
    const { width, height } = trackOf(path) ?? {};
    if (width === undefined || height === undefined || (width === usual?.width && height === usual.height)) continue;
    const key = `${width} × ${height}`;
    const known = found.get(key) ?? { width, height, path, pictures: 0 };
    found.set(key, { ...known, pictures: known.pictures + 1 });
  }
}

async function mediaFileInfo(
  { path, input, tracks: known, unread, durationNs, originSeconds, part, mended }: MediaFile,
): Promise<MediaInfo> {
  const bytes = Deno.statSync(path).size;
  const container = (await input.getFormat()).name;
  const hasIndex = container === "MP4" || container.startsWith("QuickTime");
  const most = hasIndex || bytes <= SMALL_BYTES ? undefined : LOOKED_AT;
  const found = (await input.getTracks()).filter((each) => each.isVideoTrack() || each.isAudioTrack());
  const tracks: TrackInfo[] = [];
  for (const [index, [name, track]] of [...known].entries()) {
    tracks.push(await trackInfo(name, track, found[index] as InputVideoTrack | InputAudioTrack, most, mended));
  }
  tracks.push(...unread);
  const durationSeconds = durationNs === undefined
    ? await input.computeDuration() - originSeconds - unheardSeconds(mended)
    : durationNs / 1e9;
  const tags = await readTags(input);
  const damage = describeLosses(mended);
  const joints = mended.gaps.filter(({ kind }) => kind === "joint");
  return {
    path,
    container,
    bytes,
    ...(part !== undefined && { part }),
    ...(damage !== undefined && { damage }),
    ...(mended.told !== undefined && mended.told.length > 0 && { faults: mended.told }),
    ...(joints.length > 0 && { recordings: joints.length + 1 }),
    ...(durationSeconds > 0 && { durationSeconds, bitRate: Math.round(8 * bytes / durationSeconds) }),
    tracks,
    tags,
  };
}

/** What of recordings that were joined is not heard where they are. */
function unheardSeconds({ gaps }: MendedView): number {
  return gaps.reduce((sum, { cutNs = 0, unheardNs = 0 }) => sum + cutNs + unheardNs, 0) / 1e9;
}

async function trackInfo(
  name: string,
  known: FileTrack,
  track: InputVideoTrack | InputAudioTrack,
  most: number | undefined,
  mended: MendedView,
): Promise<TrackInfo> {
  const { codec, refusal, picture, frameRate, originSeconds, endSeconds = Infinity } = known;
  const isVideo = track.isVideoTrack();
  const stats = await measurePackets(new (await import("mediabunny")).EncodedPacketSink(track), isVideo, most);
  const lastSeconds = most === undefined
    ? await known.lastEndSeconds() ?? await track.computeDuration() - originSeconds - unheardSeconds(mended)
    : await track.getDurationFromMetadata();
  const durationSeconds = lastSeconds === null ? null : Math.min(lastSeconds, endSeconds);
  const codecString = await track.getCodecParameterString();
  const [language, title] = [await track.getLanguageCode(), await track.getName()];
  const bitRate = Math.round(await track.getAverageBitrate() ?? stats.bitRate);
  return {
    name,
    kind: isVideo ? "video" : "audio",
    codec,
    ...(codecString !== null && codecString !== codec && { codecString }),
    ...(refusal !== undefined && { refusal }),
    ...(durationSeconds !== null && durationSeconds > 0 && { durationSeconds }),
    ...(bitRate > 0 && Number.isFinite(bitRate) && { bitRate }),
    ...(language !== "und" && language !== "" && { language }),
    ...(title && { title }),
    ...(isVideo ? await videoInfo(track, stats.packetRate, frameRate) : await audioInfo(track as InputAudioTrack)),
    ...(stats.usualRate !== undefined && { usualRate: stats.usualRate }),
    ...(isVideo && stats.mostBytes > 0 && { largestPacketBytes: stats.mostBytes }),
    ...picture,
    ...(codec === "h264" && await sizesInfo(track.id, mended)),
  };
}

async function videoInfo(
  track: InputVideoTrack,
  packetRate: number,
  told: number | undefined,
): Promise<Partial<TrackInfo>> {
  const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
  const rotation = await track.getRotation();
  // What the file says, unless it left pictures out, counts: times may be rounded.
  const rate = told !== undefined && Math.abs(told / packetRate - 1) < 0.01 ? told : packetRate;
  const frameRate = Math.round(rate * 1e3) / 1e3;
  // A single picture may have no duration, and its rate no bound.
  const hasRate = frameRate > 0 && Number.isFinite(frameRate);
  return { width, height, ...(rotation !== 0 && { rotation }), ...(hasRate && { frameRate }) };
}

/** Containers but MPEG-TS say the size once. */
async function sizesInfo(id: number, view: MendedView): Promise<Partial<TrackInfo>> {
  const [, ...otherSizes] = view instanceof TransportView ? await findSizes(view, id) : [];
  return otherSizes.length > 0 ? { otherSizes } : {};
}

async function audioInfo(track: InputAudioTrack): Promise<Partial<TrackInfo>> {
  const { description } = await track.getDecoderConfig() ?? {};
  const bitsPerSample = description && flacStreamBits(bytesOf(description));
  const [sampleRateHz, channels] = [await track.getSampleRate(), await track.getNumberOfChannels()];
  return { sampleRateHz, channels, ...(bitsPerSample !== undefined && { bitsPerSample }) };
}

/** Tags that are texts and numbers; pictures of covers are none. */
async function readTags(input: Input): Promise<MediaInfo["tags"]> {
  const { raw: _, images: __, date, ...texts } = await input.getMetadataTags();
  const day = date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
  const found = Object.entries({ ...texts, ...(day !== undefined && { date: day }) });
  return Object.fromEntries(found.filter(([, value]) => typeof value === "string" || typeof value === "number"));
}

/** Numbered pictures; `undefined` for another path, and where there are none. */
function numberedInfo(pattern: string): MediaInfo | undefined {
  const first = isSequence(pattern) ? firstNumber(pattern) : undefined;
  const info = first === undefined ? undefined : pictureFileInfo(imagePath(pattern, first));
  if (first === undefined || info === undefined) return undefined;
  let [bytes, pictures] = [0, 0];
  for (let size: number | undefined = info.bytes; size !== undefined;) {
    bytes += size;
    pictures++;
    size = sizeOf(imagePath(pattern, first + pictures));
  }
  return { ...info, path: pattern, bytes, pictures };
}

function trackOf(path: string): TrackInfo | undefined {
  try {
    return pictureFileInfo(path)?.tracks[0];
  } catch {
    // What is wrong with a picture is told where it is read.
    return undefined;
  }
}

function firstNumber(pattern: string): number | undefined {
  try {
    return numberAfter(pattern, -1);
  } catch {
    // What is wrong with the folder is told where the file is opened.
    return undefined;
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch {
    return undefined;
  }
}

/** A file of pictures without a container; `undefined` for another one, and for one that cannot be opened. */
function pictureFileInfo(path: string): MediaInfo | undefined {
  let file: Deno.FsFile;
  try {
    // Whatever else it is, such as a pipe, is for others to refuse.
    if (!Deno.statSync(path).isFile) return undefined;
    file = Deno.openSync(path);
  } catch {
    return undefined;
  }
  using _ = file;
  const { size } = file.statSync();
  try {
    const info = readPictureInfo((start, length) => readRange(file, start, length), size);
    return info && describePictures(path, size, info);
  } catch (error) {
    throw mediaError(path, error);
  }
}

function describePictures(
  path: string,
  bytes: number,
  { container, codec, width, height, frameRate, range, pixelAspect, pictures, part }: PictureInfo,
): MediaInfo {
  const durationSeconds = frameRate === undefined ? undefined : pictures / frameRate;
  const timed = durationSeconds !== undefined && durationSeconds > 0 &&
    { durationSeconds, bitRate: Math.round(8 * bytes / durationSeconds) };
  const aspect = pixelAspect !== undefined && { pixelAspect };
  const rate = frameRate !== undefined && { frameRate: Math.round(frameRate * 1e3) / 1e3 };
  const track: TrackInfo = {
    name: "video_0",
    kind: "video",
    codec,
    width,
    height,
    ...aspect,
    ...rate,
    ...timed,
    ...(range && { range }),
  };
  return { path, container, bytes, ...(part !== undefined && { part }), ...timed, tracks: [track], tags: {} };
}

function readRange(file: Deno.FsFile, start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(start, Deno.SeekMode.Start);
  let got = 0;
  while (got < length) {
    const more = file.readSync(bytes.subarray(got));
    if (more === null) break;
    got += more;
  }
  return bytes.subarray(0, got);
}
