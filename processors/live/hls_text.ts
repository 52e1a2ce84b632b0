/**
 * The text of playlists (RFC 8216, and its second edition).
 *
 * @module
 */

/** What a list is: one that players follow, one that grows, or one that is complete. */
export type ListKind = "live" | "event" | "vod";

/** A segment as a list names it. */
export interface ListedSegment {
  readonly file: string;
  /** The file that players read before it. */
  readonly initFile: string;
  readonly seconds: number;
  /** How many breaks of the stream lie before it. */
  readonly breaks: number;
  /** When it begins, by the clock of the world; `undefined` where nothing happens by that. */
  readonly date: Date | undefined;
}

/** A list of segments. */
export interface MediaList {
  readonly kind: ListKind;
  readonly targetSeconds: number;
  /** The number of the first segment, and how many breaks lie before the list. */
  readonly firstNumber: number;
  readonly firstBreaks: number;
  readonly segments: readonly ListedSegment[];
  readonly isComplete: boolean;
}

/** The text of a list of segments. */
export function mediaText({ kind, targetSeconds, firstNumber, firstBreaks, segments, isComplete }: MediaList): string {
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    `#EXT-X-MEDIA-SEQUENCE:${firstNumber}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${firstBreaks}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
  ];
  if (kind !== "live") lines.push(`#EXT-X-PLAYLIST-TYPE:${kind.toUpperCase()}`);
  let initFile: string | undefined;
  for (const segment of segments) {
    for (let k = 0; k < segment.breaks; k++) lines.push("#EXT-X-DISCONTINUITY");
    if (segment.initFile !== initFile) lines.push(`#EXT-X-MAP:URI="${segment.initFile}"`);
    ({ initFile } = segment);
    if (segment.date !== undefined) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${segment.date.toISOString()}`);
    lines.push(`#EXTINF:${segment.seconds.toFixed(6)},`, segment.file);
  }
  if (isComplete) lines.push("#EXT-X-ENDLIST");
  return lines.join("\n") + "\n";
}

/** A track as the list of lists names it. */
export interface Rendition {
  readonly type: "video" | "audio";
  /** Such as `video_0`. */
  readonly name: string;
  readonly file: string;
  readonly codec: string;
  /** The most bits a second of a segment. */
  readonly peakBitRate: number;
  readonly width?: number;
  readonly height?: number;
  readonly channels?: number;
}

/** Bit rates are told in steps of this, so that the text stays the same while they vary a little. */
const BIT_RATE_STEP = 100_000;

/** The text of the list of lists: each track of pictures with all of sound, or where there are none each of sound. */
export function masterText(renditions: readonly Rendition[]): string {
  const pictures = renditions.filter(({ type }) => type === "video");
  const sounds = renditions.filter(({ type }) => type === "audio");
  const lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"];
  const beside = pictures.length > 0 ? sounds : [];
  for (const [k, { name, file, channels }] of beside.entries()) {
    const isDefault = k === 0 ? "YES" : "NO";
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="${name}",DEFAULT=${isDefault},AUTOSELECT=${isDefault},` +
        `CHANNELS="${channels}",URI="${file}"`,
    );
  }
  for (const { file, codec, peakBitRate, width, height } of pictures.length > 0 ? pictures : sounds) {
    const bits = peakBitRate + Math.max(0, ...beside.map((sound) => sound.peakBitRate));
    const codecs = new Set([codec, ...beside.map((sound) => sound.codec)]);
    lines.push(
      `#EXT-X-STREAM-INF:BANDWIDTH=${Math.ceil(bits / BIT_RATE_STEP) * BIT_RATE_STEP},CODECS="${[...codecs].join()}"` +
        (width === undefined ? "" : `,RESOLUTION=${width}x${height}`) + (beside.length > 0 ? ',AUDIO="audio"' : ""),
      file,
    );
  }
  return lines.join("\n") + "\n";
}
