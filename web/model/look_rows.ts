/**
 * Records, values and encoded frames of a link as rows of named fields, and their numbers over time.
 *
 * @module
 */
import type { TapMessage } from "../../control/schemas/tap.ts";
import { columnsOf } from "../../control/schemas/tap_payload.ts";
import { shownText } from "./shown_text.ts";

/** Rows that are kept, and fields of them: what a value has beyond that is left out. */
export const MOST_ROWS = 8;
const MOST_FIELDS = 24;

/** Elements of a list that are fields of their own, and how deep objects are looked into. */
const MOST_ELEMENTS = 8;
const DEEPEST = 3;

/** The longest text of a cell, characters. */
const LONGEST = 60;

/** The time that a plot shows, and the least time between two of its points, nanoseconds. */
export const PLOT_NS = 30e9;
const POINT_NS = 10e6;

/** Times that go back further than frames are reordered begin a new plot, nanoseconds. */
const BACK_NS = 1e9;

/** One record, value or frame. */
export interface LookRow {
  /** Media time, nanoseconds. */
  readonly ptsNs: number;
  /** By field. */
  readonly values: ReadonlyMap<string, unknown>;
}

/** The newest rows of a link. */
export class LookRows {
  readonly #fields = new Set<string>();
  readonly #numeric = new Set<string>();
  #rows: LookRow[] = [];
  #points: LookRow[] = [];

  /** The names of the fields in the order in which they came, those of times last. */
  get fields(): readonly string[] {
    return [...this.#fields].toSorted((a, b) => Number(a.endsWith("Ns")) - Number(b.endsWith("Ns")));
  }

  /** The names of those that have had a number. */
  get numeric(): readonly string[] {
    return this.fields.filter((name) => this.#numeric.has(name));
  }

  /** The newest rows, newest first. */
  get rows(): readonly LookRow[] {
    return this.#rows;
  }

  /** Takes a reading. */
  take({ head, payload }: TapMessage): void {
    const ptsNs = Number(head.ptsNs);
    if (head.fields !== undefined) return this.#takeRecords(ptsNs, head, columnsOf(head, payload));
    if (head.codec !== undefined) {
      const { codec, keyframe } = head;
      return this.#takeRow(ptsNs, [["codec", codec], ["bytes", payload.length], ["key frame", keyframe === true]]);
    }
    this.#takeRow(ptsNs, head.tooLong === undefined ? flat(head.value) : [["characters", head.tooLong]]);
  }

  /** The numbers of a field over time: seconds before the newest one, and values; `null` where there is none. */
  plotOf(field: string): readonly [number[], (number | null)[]] {
    const newestNs = this.#points.at(-1)?.ptsNs ?? 0;
    return [
      this.#points.map(({ ptsNs }) => (ptsNs - newestNs) / 1e9),
      this.#points.map(({ values }) => numberOf(values.get(field))),
    ];
  }

  #takeRecords(ptsNs: number, head: TapMessage["head"], columns: Record<string, number[]>): void {
    const { batchSize, durationNs } = head as { batchSize: number; durationNs: number };
    const entries = Object.entries(columns);
    for (let k = 0; k < batchSize; k++) {
      const recordNs = ptsNs + durationNs * k / batchSize;
      // Of a large batch most records are neither seen nor plotted.
      if (k < batchSize - MOST_ROWS && !this.#isPoint(recordNs)) continue;
      this.#takeRow(recordNs, entries.map(([name, column]) => [name, column[k]]));
    }
  }

  #takeRow(ptsNs: number, entries: readonly (readonly [string, unknown])[]): void {
    const values = new Map<string, unknown>();
    for (const [name, value] of entries) {
      if (!this.#fields.has(name) && this.#fields.size >= MOST_FIELDS) continue;
      this.#fields.add(name);
      values.set(name, value);
      if (numberOf(value) !== null) this.#numeric.add(name);
    }
    const row = { ptsNs, values };
    this.#rows = [row, ...this.#rows.slice(0, MOST_ROWS - 1)];
    if (!this.#isPoint(ptsNs)) return;
    if (ptsNs < this.#lastNs) this.#points = [];
    this.#points.push(row);
    const kept = this.#points.findIndex((point) => point.ptsNs >= ptsNs - PLOT_NS);
    if (kept > 0) this.#points.splice(0, kept);
  }

  get #lastNs(): number {
    return this.#points.at(-1)?.ptsNs ?? -Infinity;
  }

  #isPoint(ptsNs: number): boolean {
    return ptsNs >= this.#lastNs + POINT_NS || ptsNs < this.#lastNs - BACK_NS;
  }
}

/** A value of a row as a text. */
export function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return "–";
  if (typeof value === "number") return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return shownText(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** The fields of a value by their paths: `level.peakDb[0]`. What is no object is one field, `value`. */
function flat(value: unknown, path = "", depth = 0): (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || depth >= DEEPEST) return [[path === "" ? "value" : path, value]];
  if (!Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, each]) => flat(each, path === "" ? key : `${path}.${key}`, depth + 1));
  }
  if (value.length > MOST_ELEMENTS) return [[path === "" ? "value" : path, `${value.length} elements`]];
  return value.flatMap((each, k) => flat(each, `${path}[${k}]`, depth + 1));
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
