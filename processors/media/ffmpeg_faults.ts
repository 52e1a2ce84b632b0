/**
 * What ffmpeg finds wrong with a file that it reads: the lines that it prints of it, and how much of it is missing at its
 * end.
 *
 * @module
 */
import type { ProcessorContext } from "../../core/processor.ts";
import type { ProbedStream } from "./ffmpeg_probe.ts";
import type { LineTaker } from "./line_limit.ts";

/** Makes ffmpeg print each line with its level. */
export const FAULT_LEVEL = "repeat+level+warning";

/** A line with its level, behind the parts of ffmpeg that print it and their addresses. */
const LINE = /^(?:\[([^\]]*) @ 0x[0-9a-f]+\] )*\[(warning|error|fatal|panic)\] (.*)$/;
/** Warnings that tell of damage; others tell of formats that are unusual. */
const DAMAGE = /corrupt|truncated|damaged|premature/i;

/** Containers whose header tells how long they are. Elsewhere ffmpeg guesses it, or takes it from the end of the file. */
const TELLS_LENGTH = /^(avi|mov,|matroska|flv|asf|aiff|caf|wav)/;
/** Of those, the ones that tell it of each stream. */
const TELLS_STREAMS = /^(avi|mov,)/;
/** What may be missing at the end of a whole file, nanoseconds. */
export const MOST_MISSING_NS = 1e9;

/** Counts the lines that tell of damage. */
export class FfmpegFaults implements LineTaker {
  readonly #context: ProcessorContext;
  readonly #isOurs: () => boolean;
  #count = 0;
  #first = "";

  /** @param isOurs whether what is printed counts: a program that is told to end finds fault with that */
  constructor(context: ProcessorContext, isOurs: () => boolean) {
    this.#context = context;
    this.#isOurs = isOurs;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next line. Tells the first fault of a live graph at once. */
  tell(line: string): void {
    const [, part, level, text] = LINE.exec(line) ?? [];
    if (level === undefined || (level === "warning" && !DAMAGE.test(text)) || !this.#isOurs()) return;
    if (++this.#count > 1) return;
    this.#first = part === undefined ? text : `${part}: ${text}`;
    if (this.#context.mode === "live") this.#context.log.warn(`ffmpeg finds a fault: ${this.#first}`);
  }

  end(): void {}

  /** Tells how many there are, if any. @param path of the file */
  tellAll(path: string): void {
    if (this.#count === 0) return;
    const found = `${this.#count.toLocaleString("en")} fault${this.#count === 1 ? "" : "s"}`;
    this.#context.log.warn(`ffmpeg found ${found} in ${JSON.stringify(path)}, the first: ${this.#first}`, { path });
  }
}

/**
 * Where the linked streams of a whole file end, by its header.
 *
 * @param linked the streams that are read, of `streams`
 * @returns nanoseconds; `undefined` where nothing tells it
 */
export function toldEndNs(
  { container, durationSeconds, streams }: {
    readonly container: string;
    readonly durationSeconds?: number;
    readonly streams: readonly ProbedStream[];
  },
  linked: readonly ProbedStream[],
): number | undefined {
  if (!TELLS_LENGTH.test(container)) return undefined;
  const lengths = linked.map((stream) => TELLS_STREAMS.test(container) ? stream.durationSeconds : undefined);
  const known = lengths.filter((length) => length !== undefined);
  const seconds = known.length > 0
    ? Math.max(...known)
    : linked.length === streams.length
    ? durationSeconds
    : undefined;
  return seconds === undefined ? undefined : Math.round(seconds * 1e9);
}
