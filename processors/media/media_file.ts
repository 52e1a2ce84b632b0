/**
 * An open media file: its tracks, and their packets in the shape that encoded frames have.
 *
 * Reads go through one place, which bounds them: what a faulty file claims is believed up to there.
 *
 * @module
 */
import type { Input } from "mediabunny";
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { openError } from "../file/file_errors.ts";
import { lockToRead } from "../file/partial_file.ts";
import { MediaFault } from "./media_fault.ts";
import type { Mediabunny } from "./containers.ts";
import { wholePart } from "./cut_file.ts";
import { CodecDelays } from "./codec_delay.ts";
import { FileTrack } from "./file_track.ts";
import { type Mp3Ends, readMp3Ends } from "./mp3_tag.ts";
import { checkMp4, type ReadRange } from "./mp4_check.ts";
import type { MendedView } from "./mended_view.ts";
import { mendFile } from "./mend_file.ts";
import { type EditEnd, readEditEnds } from "./mp4_edits.ts";
import { TransportView } from "./mend_ts.ts";
import { findStreams, type TsStream } from "./ts_streams.ts";
import { guardReads, hideSize } from "./read_guard.ts";

/** The most bytes that a file can ask to be read at once, such as an index. */
const MOST_READ = 256 * 2 ** 20;
/** The most tracks of a file. */
const MOST_TRACKS = 128;

/** A track that nothing is read of but that it is there. */
export interface UnreadTrack {
  /** As an output of a source would be named, behind those that there are: `video_1`. */
  readonly name: string;
  readonly kind: "video" | "audio";
  /** As ffmpeg names it. */
  readonly codec: string;
  readonly refusal: string;
}

/** A media file that is read. */
export class MediaFile implements Disposable {
  readonly path: string;
  /** Its tracks, by the names of a source's outputs: `video_0`, `audio_1`, `pcm_0`. */
  readonly tracks: ReadonlyMap<string, FileTrack>;
  /** Tracks of MPEG-TS that mediabunny does not know. */
  readonly unread: readonly UnreadTrack[];
  /** Nanoseconds from its start to its end, as its header says; `undefined` if it does not. */
  readonly durationNs: number | undefined;
  /** What mediabunny knows of it. */
  readonly input: Input;
  /** How much of a file that is cut off is there; `undefined` for one that is whole, as far as it says. */
  readonly part: string | undefined;
  /** The file as it is read, with what is damaged and left out. */
  readonly mended: MendedView;
  /** The time of the container at which the file starts: that of its first packet in MPEG-TS, else 0. */
  readonly originSeconds: number;

  private constructor(
    path: string,
    input: Input,
    { tracks, unread, durationNs, part, mended, originSeconds }: Pick<
      MediaFile,
      "tracks" | "unread" | "durationNs" | "part" | "mended" | "originSeconds"
    >,
  ) {
    this.path = path;
    this.input = input;
    this.tracks = tracks;
    this.unread = unread;
    this.durationNs = durationNs;
    this.part = part;
    this.mended = mended;
    this.originSeconds = originSeconds;
  }

  /**
   * Opens a file and reads what it says of its tracks.
   *
   * @param isPlayed no sink is to replace it until it is closed
   * @throws {SluiceError} `InvalidConfig` if it cannot be opened; `InvalidMedia` if it is no media file
   */
  static async open(
    mediabunny: Mediabunny,
    path: string,
    details: SluiceErrorDetails = {},
    isPlayed = false,
  ): Promise<MediaFile> {
    const file = openFile(path, details);
    if (isPlayed) lockOrClose(file, path, details);
    const { size } = file.statSync();
    const read = (start: number, end: number) => readRange(file, start, end);
    return await MediaFile.#read(mediabunny, path, { size, read, close: () => file.close() }, details);
  }

  /**
   * Reads what bytes in memory say of their tracks, as {@linkcode open} does of a file.
   *
   * @param name the bytes, as messages name them
   * @throws {SluiceError} `InvalidMedia` if they are no media file
   */
  static async ofBytes(
    mediabunny: Mediabunny,
    name: string,
    bytes: Uint8Array,
    details: SluiceErrorDetails = {},
  ): Promise<MediaFile> {
    const read = (start: number, end: number) => bytes.slice(start, end);
    return await MediaFile.#read(mediabunny, name, { size: bytes.length, read, close: () => {} }, details);
  }

  static async #read(
    mediabunny: Mediabunny,
    path: string,
    { size, read, close }: { readonly size: number; readonly read: ReadRange; readonly close: () => void },
    details: SluiceErrorDetails,
  ): Promise<MediaFile> {
    mediabunny.Logging.level = mediabunny.LogLevel.Silent;
    let input: Input | undefined;
    try {
      if (size === 0) throw new MediaFault("it is empty");
      checkMp4(read, size);
      const mended = await mendFile(read, size, path, details);
      const whole = wholePart(mended.read, mended.size);
      const part = mended.part ?? whole.part;
      const source = guardReads(
        new mediabunny.CustomSource({
          getSize: () => whole.size,
          read: whole.read,
          dispose: close,
          prefetchProfile: "fileSystem",
          // The read that waits for it, or the next one, fails with the same.
          handleUnhandledError: () => {},
        }),
      );
      if (mended.isUnsized) hideSize(source);
      const formats = mended.isUnsized ? [mediabunny.WAVE] : mediabunny.ALL_FORMATS;
      input = new mediabunny.Input({ formats: formats.filter(isFormatOfOneFile(mediabunny)), source });
      const mp3Ends = await readMp3Ends(mediabunny, input, whole.read, whole.size);
      const streams = mended instanceof TransportView ? await findStreams(mended) : [];
      const { tracks, unread } = await readTracks(mediabunny, input, {
        part,
        streams,
        editEnds: readEditEnds(read, size),
        mp3Ends,
        gaps: mended.gaps,
      });
      const originSeconds = await readOrigin(mediabunny, input);
      for (const track of tracks.values()) track.originSeconds += originSeconds;
      const said = mp3Ends?.isJoined ? null : await input.getDurationFromMetadata();
      const seconds = mp3Ends?.end === undefined ? said : mp3Ends.end.endNs / 1e9;
      const durationNs = seconds !== null && seconds > 0 && seconds < 1e8 ? seconds * 1e9 : undefined;
      return new MediaFile(path, input, { tracks, unread, durationNs, part, mended, originSeconds });
    } catch (error) {
      if (input === undefined) close();
      else input.dispose();
      throw mediaError(path, error, details);
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.input.dispose();
  }
}

/** The error for a file whose content is not as it should be. */
export function mediaError(path: string, cause: unknown, details: SluiceErrorDetails = {}): SluiceError {
  if (cause instanceof SluiceError) return cause;
  const reason = cause instanceof MediaFault
    ? cause.message
    : cause instanceof Error && cause.name === "UnsupportedInputFormatError"
    ? "its format is none of those that are known"
    : "it is faulty, or cut off";
  return new SluiceError(
    "InvalidMedia",
    `Cannot read ${
      JSON.stringify(path)
    }: ${reason}; wanted a complete MP4, QuickTime, Matroska, WebM, Ogg, WAV, FLAC, ` +
      'MP3, AAC or MPEG-TS file; "ffmpeg -i FILE -c:v libx264 -pix_fmt yuv420p -c:a flac OTHER.mkv" may make one ' +
      'of it, and an "ffmpeg-source" reads it where ffmpeg is installed',
    { ...details, cause },
  );
}

/** Playlists name other files, which may lie anywhere. */
function isFormatOfOneFile({ HlsInputFormat }: Mediabunny): (format: object) => boolean {
  return (format) => !(format instanceof HlsInputFormat);
}

function openFile(path: string, details: SluiceErrorDetails): Deno.FsFile {
  try {
    const info = Deno.statSync(path);
    if (!info.isFile) throw openError("read", path, info.isDirectory ? "directory" : "special", details);
    return Deno.openSync(path, { read: true });
  } catch (error) {
    throw error instanceof SluiceError ? error : openError("read", path, error, details);
  }
}

function lockOrClose(file: Deno.FsFile, path: string, details: SluiceErrorDetails): void {
  try {
    lockToRead(file, path, details);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readRange(file: Deno.FsFile, start: number, end: number): Uint8Array {
  if (end - start > MOST_READ) {
    throw new MediaFault(`at byte ${start}, it claims a part of ${end - start} bytes, wanted at most ${MOST_READ}`);
  }
  const bytes = new Uint8Array(end - start);
  file.seekSync(start, Deno.SeekMode.Start);
  let got = 0;
  while (got < bytes.length) {
    const more = file.readSync(bytes.subarray(got));
    if (more === null) {
      throw new MediaFault(`at byte ${start + got}, it ends: it has been cut short since it was opened`);
    }
    got += more;
  }
  return bytes;
}

/** MPEG-TS is cut out of a stream whose clock began long before. */
async function readOrigin({ MpegTsInputFormat }: Mediabunny, input: Input): Promise<number> {
  if (!(await input.getFormat() instanceof MpegTsInputFormat)) return 0;
  const first = await input.getFirstTimestamp();
  return Number.isFinite(first) ? first : 0;
}

async function readTracks(
  mediabunny: Mediabunny,
  input: Input,
  { part, streams, editEnds, mp3Ends, gaps }: {
    readonly part: string | undefined;
    readonly streams: readonly TsStream[];
    readonly editEnds: ReadonlyMap<number, EditEnd>;
    readonly mp3Ends: Mp3Ends | undefined;
    readonly gaps: MendedView["gaps"];
  },
): Promise<Pick<MediaFile, "tracks" | "unread">> {
  const delays = await CodecDelays.listen(mediabunny, input);
  const isOgg = await input.getFormat() instanceof mediabunny.OggInputFormat;
  const found = await input.getTracks();
  if (found.length > MOST_TRACKS) throw new MediaFault(`it has ${found.length} tracks, wanted at most ${MOST_TRACKS}`);
  const tracks = new Map<string, FileTrack>();
  let [pictures, sounds] = [0, 0];
  for (const track of found) {
    if (!track.isVideoTrack() && !track.isAudioTrack()) continue;
    const read = await FileTrack.read(mediabunny, track, { isOgg, delays, editEnds, mp3Ends, gaps });
    const number = read.port === "video" ? pictures++ : sounds++;
    tracks.set(`${read.port}_${number}`, read);
  }
  const unread = streams.filter(({ pid }) => !found.some(({ id }) => id === pid)).map(({ kind, codec }) => ({
    name: kind === "video" ? `video_${pictures++}` : `audio_${sounds++}`,
    kind,
    codec: codec ?? "unknown",
    refusal: codec === undefined ? "MPEG-TS does not tell its codec" : `no shipped node reads ${codec} in MPEG-TS`,
  }));
  if (tracks.size > 0) return { tracks, unread };
  if (unread.length > 0) {
    throw new MediaFault(`of ${unread.map(({ name, codec }) => `${name} (${codec})`).join(" and ")} nothing is read`);
  }
  if (part !== undefined) throw new MediaFault(`it is cut off: ${part} are there, and what tells its tracks is not`);
  throw new MediaFault("it has no track of video or audio");
}
