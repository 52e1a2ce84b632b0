/**
 * The list of the segments of one track, and their files: each is whole before it has its name, and a list names what is
 * there.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Segment } from "./hls_segment.ts";
import { type ListedSegment, type ListKind, mediaText } from "./hls_text.ts";

/** The suffix of a file that is being written. */
const UNFINISHED = ".tmp";

/** What a list is written with. */
export interface ListOptions {
  readonly kind: ListKind;
  /** How many segments a live list names. */
  readonly windowSegments: number;
  readonly segmentSeconds: number;
}

/** A segment with its place. */
export interface AddedSegment extends Segment {
  readonly seconds: number;
  readonly breaks: number;
  readonly date: Date | undefined;
  /** Whether it is the first one of a format. */
  readonly isOfNewFormat: boolean;
}

/** A list of segments that grows. */
export class HlsList {
  /** Its file, without the folder. */
  readonly file: string;
  readonly #folder: string;
  readonly #stem: string;
  readonly #options: ListOptions;
  /** What the list names, and what it does not name any more and is not removed yet. */
  readonly #listed: ListedSegment[] = [];
  readonly #left: ListedSegment[] = [];
  #segments = 0;
  #inits = 0;
  #firstBreaks = 0;
  #targetSeconds: number;
  /** The most bits a second of a segment. */
  peakBitRate = 0;
  /** Bytes of all segments. */
  bytes = 0;

  /**
   * @param folder with a separator at its end
   * @param stem how its files are named
   */
  constructor(folder: string, stem: string, options: ListOptions) {
    this.#folder = folder;
    this.#stem = stem;
    this.#options = options;
    this.file = `${stem}.m3u8`;
    this.#targetSeconds = Math.ceil(options.segmentSeconds);
  }

  /** How many segments were written. */
  get segments(): number {
    return this.#segments;
  }

  /** How long the longest segment lasts by the list, whole seconds. */
  get targetSeconds(): number {
    return this.#targetSeconds;
  }

  /**
   * Removes the list and the segments that a run before this one has left under these names.
   *
   * @throws {SluiceError} `NodeFailed` if the system refuses
   */
  removeEarlier(): void {
    for (const { name } of Deno.readDirSync(this.#folder || ".")) {
      const rest = name.startsWith(this.#stem) ? name.slice(this.#stem.length) : "";
      if (/^(\.m3u8|-init-\d+\.mp4|-\d{6,}\.m4s)(\.tmp)?$/.test(rest)) Deno.removeSync(this.#folder + name);
    }
  }

  /**
   * Writes a segment, and the list that names it.
   *
   * @throws {SluiceError} `NodeFailed` if the system refuses
   */
  async add({ init, media, seconds, breaks, date, isOfNewFormat }: AddedSegment): Promise<void> {
    if (isOfNewFormat) await writeWhole(this.#folder + this.#initFile(++this.#inits), init);
    const file = `${this.#stem}-${String(this.#segments).padStart(6, "0")}.m4s`;
    await writeWhole(this.#folder + file, media);
    this.#segments++;
    this.bytes += media.length;
    this.peakBitRate = Math.max(this.peakBitRate, media.length * 8 / Math.max(seconds, 0.1));
    this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(seconds));
    this.#listed.push({ file, initFile: this.#initFile(this.#inits), seconds, breaks, date });
    if (this.#options.kind === "live") this.#roll();
    if (this.#options.kind !== "vod") await this.#write(false);
    await this.#removeLeft();
  }

  /**
   * Says that the list is complete.
   *
   * @throws {SluiceError} `NodeFailed` if the system refuses
   */
  async end(): Promise<void> {
    await this.#write(true);
  }

  #initFile(number: number): string {
    return `${this.#stem}-init-${number}.mp4`;
  }

  #roll(): void {
    while (this.#listed.length > this.#options.windowSegments) {
      const segment = this.#listed.shift()!;
      this.#firstBreaks += segment.breaks;
      this.#left.push(segment);
    }
  }

  async #write(isComplete: boolean): Promise<void> {
    const text = mediaText({
      kind: this.#options.kind,
      targetSeconds: this.#targetSeconds,
      firstNumber: this.#segments - this.#listed.length,
      firstBreaks: this.#firstBreaks,
      segments: this.#listed,
      isComplete,
    });
    await writeWhole(this.#folder + this.file, new TextEncoder().encode(text));
  }

  /** Removes what has not been named for as many segments as a list has: players may still be reading the others. */
  async #removeLeft(): Promise<void> {
    while (this.#left.length > this.#options.windowSegments) {
      const { file, initFile } = this.#left.shift()!;
      const next = this.#left[0] ?? this.#listed[0];
      for (const gone of next.initFile === initFile ? [file] : [file, initFile]) {
        await Deno.remove(this.#folder + gone).catch(() => {});
      }
    }
  }
}

/**
 * Writes a file that is seen under its name only once it is whole.
 *
 * @throws {SluiceError} `NodeFailed` if the system refuses
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(path + UNFINISHED, bytes);
    await Deno.rename(path + UNFINISHED, path);
  } catch (cause) {
    await Deno.remove(path + UNFINISHED).catch(() => {});
    const { code, message = String(cause) } = cause as { code?: string; message?: string };
    const reason = code === "ENOSPC" ? "the disk is full; make room, or write to another one" : message;
    throw new SluiceError("NodeFailed", `Cannot write ${JSON.stringify(path)}: ${reason}`, { key: "path", cause });
  }
}
