/**
 * Shows how far a run is: a line that is redrawn on a terminal, a line every few seconds elsewhere, or JSON events.
 *
 * @module
 */
import { ERASE_LINE, type Io } from "./output.ts";
import type { Position } from "./position.ts";
import { formatClock, formatCount } from "./table.ts";

/** How progress is shown. */
export type ProgressStyle = "bar" | "lines" | "json" | "none";

/** How often each style is renewed, in milliseconds. */
const INTERVALS_MS: Record<Exclude<ProgressStyle, "none">, number> = { bar: 100, lines: 5_000, json: 500 };
const BAR_WIDTH = 24;

/** Shows progress from its creation until it is disposed of, which takes a redrawn line away. */
export class ProgressDisplay implements Disposable {
  readonly #style: ProgressStyle;
  readonly #io: Io;
  readonly #read: () => Position;
  readonly #timer: ReturnType<typeof setInterval> | undefined;

  /** @param read gives the position now */
  constructor(style: ProgressStyle, io: Io, read: () => Position) {
    this.#style = style;
    this.#io = io;
    this.#read = read;
    if (style !== "none") this.#timer = setInterval(() => this.#show(), INTERVALS_MS[style]);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#style === "bar") this.#io.stderr.write(ERASE_LINE);
  }

  #show(): void {
    const position = this.#read();
    if (this.#style === "json") this.#io.stdout.line(JSON.stringify({ event: "progress", ...position }));
    else if (this.#style === "lines") this.#io.stderr.line(renderPosition(position));
    // Never the last column: a terminal would go on to the next line.
    else this.#io.stderr.write(`${ERASE_LINE}${renderBar(position, this.#io.columns() - 1)}`);
  }
}

/**
 * A position in words: `52 %, 0:04.2 of 0:08.1, 38.2 × real time, 0 dropped`, and behind that what devices have lost:
 * `screen left out 12 pictures`.
 */
export function renderPosition(position: Position): string {
  const { positionNs, totalNs, speed, dropped, losses = [], framesRead, elapsedNs } = position;
  const parts: string[] = [];
  const percent = readPercent(position);
  if (percent !== undefined) parts.push(`${Math.floor(percent)} %`);
  if (positionNs === undefined) parts.push(formatClock(elapsedNs), `${formatCount(framesRead)} frames read`);
  else {parts.push(
      totalNs === undefined ? formatClock(positionNs) : `${formatClock(positionNs)} of ${formatClock(totalNs)}`,
    );}
  if (speed !== undefined) parts.push(`${formatSpeed(speed)} × real time`);
  parts.push(`${formatCount(dropped)} dropped`, ...losses.map(({ nodeId, words }) => `${nodeId} ${words}`));
  return parts.join(", ");
}

/** As {@linkcode renderPosition}, with a bar before it where the end is known, cut to `columns`. */
export function renderBar(position: Position, columns: number): string {
  const percent = readPercent(position);
  const words = renderPosition(position);
  if (percent === undefined || columns < words.length + BAR_WIDTH + 1) return words.slice(0, Math.max(0, columns));
  const filled = Math.round((percent / 100) * BAR_WIDTH);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${words}`;
}

/** A speed with as many digits as are of use: `0.98`, `38.2`, `1 204`. */
export function formatSpeed(speed: number): string {
  if (speed < 10) return speed.toFixed(2);
  return speed < 1_000 ? speed.toFixed(1) : formatCount(speed);
}

function readPercent({ positionNs, totalNs }: Position): number | undefined {
  if (positionNs === undefined || totalNs === undefined || totalNs <= 0) return undefined;
  return Math.min(100, (positionNs / totalNs) * 100);
}
