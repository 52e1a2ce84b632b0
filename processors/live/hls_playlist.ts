/**
 * Playlists of HLS (RFC 8216) as their text says them, with bounds on what one may claim.
 *
 * @module
 */
import { MediaFault } from "../media/media_fault.ts";

/** The most bytes of a playlist. */
export const MOST_PLAYLIST_BYTES = 8 * 2 ** 20;
/** The most segments or variants that one names. */
const MOST_ENTRIES = 100_000;
/** The longest that a segment may last, seconds. */
const MOST_SECONDS = 3600;

/** A file, or a part of one. */
export interface Part {
  readonly uri: string;
  /** The bytes of it; by default all. */
  readonly range?: { readonly start: number; readonly length: number };
}

/** A segment of a stream. */
export interface PlaylistSegment extends Part {
  readonly number: number;
  readonly seconds: number;
  /** Counts the breaks of the stream before it. */
  readonly breaks: number;
  /** What is read before it, of MP4. */
  readonly init: Part | undefined;
  /** Why it cannot be read: it is encrypted, or the server lacks it. */
  readonly refusal: string | undefined;
}

/** A list of segments. */
export interface MediaPlaylist {
  readonly kind: "media";
  readonly targetSeconds: number;
  readonly segments: readonly PlaylistSegment[];
  /** The number that the segment behind the last one has. */
  readonly nextNumber: number;
  readonly isComplete: boolean;
}

/** A variant of a stream. */
export interface Variant {
  readonly uri: string;
  /** The most bits a second. */
  readonly bitRate: number;
  readonly codecs: readonly string[];
  /** Where its sound is, if that is apart. */
  readonly audioUri: string | undefined;
}

/** A list of variants. */
export interface MasterPlaylist {
  readonly kind: "master";
  readonly variants: readonly Variant[];
}

/**
 * Reads a playlist.
 *
 * @throws {MediaFault} that says what is wrong
 */
export function parsePlaylist(bytes: Uint8Array): MediaPlaylist | MasterPlaylist {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (lines[0] !== "#EXTM3U") {
    throw new MediaFault("it is no playlist of HLS: it does not begin with #EXTM3U");
  }
  return lines.some((line) => line.startsWith("#EXT-X-STREAM-INF:")) ? parseMaster(lines) : parseMedia(lines);
}

function parseMaster(lines: readonly string[]): MasterPlaylist {
  const sounds = new Map<string, { readonly uri: string | undefined; readonly isDefault: boolean }>();
  for (const line of lines) {
    if (!line.startsWith("#EXT-X-MEDIA:")) continue;
    const { TYPE, "GROUP-ID": group = "", URI: uri, DEFAULT } = attributes(line);
    const isDefault = DEFAULT === "YES";
    if (TYPE === "AUDIO" && (isDefault || !sounds.has(group))) sounds.set(group, { uri, isDefault });
  }
  const variants: Variant[] = [];
  for (const [k, line] of lines.entries()) {
    if (!line.startsWith("#EXT-X-STREAM-INF:")) continue;
    const uri = lines[k + 1];
    if (uri === undefined || uri.startsWith("#")) throw new MediaFault("it is cut off behind #EXT-X-STREAM-INF");
    const { BANDWIDTH, CODECS = "", AUDIO = "" } = attributes(line);
    const codecs = CODECS.split(",").map((codec) => codec.trim()).filter((codec) => codec !== "");
    variants.push({ uri, bitRate: Number(BANDWIDTH) || 0, codecs, audioUri: sounds.get(AUDIO)?.uri });
    if (variants.length > MOST_ENTRIES) throw new MediaFault(`it has more than ${MOST_ENTRIES} variants`);
  }
  return { kind: "master", variants };
}

function parseMedia(lines: readonly string[]): MediaPlaylist {
  const segments: PlaylistSegment[] = [];
  let [targetSeconds, number, breaks, seconds] = [NaN, 0, 0, NaN];
  let [isComplete, isGap, encryption] = [false, false, ""];
  let init: Part | undefined;
  let range: string | undefined;
  let last: Part | undefined;
  for (const line of lines) {
    const value = line.slice(line.indexOf(":") + 1);
    if (!line.startsWith("#")) {
      if (Number.isNaN(seconds)) continue;
      const part: Part = last = partOf(line, range, last);
      const refusal = encryption !== "" ? `it is encrypted (${encryption})` : isGap ? "the server lacks it" : undefined;
      segments.push({ ...part, number: number++, seconds, breaks, init, refusal });
      if (segments.length > MOST_ENTRIES) throw new MediaFault(`it has more than ${MOST_ENTRIES} segments`);
      [seconds, range, isGap] = [NaN, undefined, false];
    } else if (line.startsWith("#EXTINF:")) seconds = count(value, "#EXTINF", MOST_SECONDS);
    else if (line.startsWith("#EXT-X-TARGETDURATION:")) {
      targetSeconds = count(value, "its target duration", MOST_SECONDS);
    } else if (line.startsWith("#EXT-X-MEDIA-SEQUENCE:")) number = count(value, "its media sequence");
    else if (line.startsWith("#EXT-X-DISCONTINUITY-SEQUENCE:")) breaks = count(value, "its discontinuity sequence");
    else if (line === "#EXT-X-DISCONTINUITY") breaks++;
    else if (line.startsWith("#EXT-X-BYTERANGE:")) range = value;
    else if (line === "#EXT-X-GAP") isGap = true;
    else if (line === "#EXT-X-ENDLIST") isComplete = true;
    else if (line.startsWith("#EXT-X-KEY:")) {
      const { METHOD = "unknown" } = attributes(line);
      encryption = METHOD === "NONE" ? "" : METHOD;
    } else if (line.startsWith("#EXT-X-MAP:")) {
      const { URI: uri, BYTERANGE } = attributes(line);
      if (uri === undefined) throw new MediaFault("its #EXT-X-MAP names no file");
      init = partOf(uri, BYTERANGE, undefined);
    }
  }
  if (Number.isNaN(targetSeconds)) {
    throw new MediaFault("it tells no target duration: it is cut off, or no list of segments");
  }
  return { kind: "media", targetSeconds, segments, nextNumber: number, isComplete };
}

/** A part of a file: `LENGTH@START`, or behind the part before. */
function partOf(uri: string, range: string | undefined, before: Part | undefined): Part {
  if (range === undefined) return { uri };
  const [length, at] = range.split("@");
  const behind = before?.uri === uri && before.range !== undefined ? before.range.start + before.range.length : 0;
  const start = at === undefined ? behind : count(at, "a byte range");
  return { uri, range: { start, length: count(length, "a byte range") } };
}

function count(text: string, what: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number.parseFloat(text);
  if (value >= 0 && value <= most) return value;
  throw new MediaFault(`${what} is ${JSON.stringify(text.slice(0, 40))}, wanted a number from 0 to ${most}`);
}

/** What a line says: `NAME=value,NAME="a, b"`. */
function attributes(line: string): { readonly [name: string]: string | undefined } {
  const found: { [name: string]: string } = Object.create(null);
  const behind = (mark: string, from: number) => (line.indexOf(mark, from) + 1 || line.length + 1) - 1;
  for (let at = line.indexOf(":") + 1; at < line.length;) {
    const equals = behind("=", at);
    const isQuoted = line[equals + 1] === '"';
    const start = equals + (isQuoted ? 2 : 1);
    const end = behind(isQuoted ? '"' : ",", start);
    const name = line.slice(at, equals);
    if (equals < line.length) found[name.slice(name.lastIndexOf(",") + 1).trim()] = line.slice(start, end);
    at = behind(",", end) + 1;
  }
  return found;
}
