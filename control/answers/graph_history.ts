/**
 * The data of the page's plots for the last quarter of an hour: one step a second of each node and link.
 *
 * A value takes two bytes, a float of 8 bits of precision (the upper half of an f32): a step of a node 8 bytes, of a
 * link 10. A graph of 1,000 nodes and 1,500 links takes 20.7 MB. The rings share a fixed number of bytes: a larger
 * graph goes back less far, in whole minutes if it reaches one. Their memory starts zeroed, so that the system provides
 * pages only as they are written. A step allocates nothing; the first step without a removed node or link drops its
 * history.
 *
 * @module
 */
import { HISTORY_SECONDS, LINK_SERIES, NODE_SERIES } from "../schemas/history.ts";
import { BUCKET_SHIFTS, bucketNs } from "../schemas/stats_layout.ts";
import { framesDropped, framesRead, type StatsFrame } from "../schemas/stats_frame.ts";

/** The size of all rings of a graph together, bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Steps further apart than this have no rate between them, seconds. */
const MAX_GAP_SECONDS = 5;

/** Bytes of a value, and of the time of a step. */
const VALUE_BYTES = 2;
const TIME_BYTES = 8;

/** A value that was not measured is stored as 0: every value is XORed with these bits. */
const NAN_BITS = 0x7fc0;

/** How many digits a value is sent with: more than its bits have. */
const DIGITS = 4;

/** The history of one node or link. */
class Track {
  /** A ring of steps, each with one value per series. */
  values: Uint16Array;
  /** The counts at the previous step. */
  readonly counts: Float64Array;

  constructor(steps: number, series: number) {
    this.values = new Uint16Array(steps * series);
    this.counts = new Float64Array(series).fill(NaN);
  }
}

/** The nodes and links of a reading, in its order. */
export interface HistoryLists {
  readonly nodes: readonly { readonly id: string }[];
  readonly links: readonly { readonly id: string }[];
}

/** The steps of one node or link. */
export interface HistorySteps {
  readonly times: number[];
  readonly series: (number | null)[][];
}

export class GraphHistory {
  readonly #maxBytes: number;
  readonly #f32 = new Float32Array(1);
  readonly #u32: Uint32Array = new Uint32Array(this.#f32.buffer);
  #nodes = new Map<string, Track>();
  #links = new Map<string, Track>();
  #times = new Float64Array(0);
  #version = -1;
  /** Where the next step goes, and how many steps exist. */
  #next = 0;
  #length = 0;
  #lastSeconds = NaN;

  /** @param maxBytes the size of all rings together */
  constructor(maxBytes: number = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** How far it goes back for a graph of this size, seconds. */
  get keptSeconds(): number {
    return this.#times.length;
  }

  /** Bytes of all rings. */
  get bytes(): number {
    const tracks = this.#nodes.size * NODE_SERIES.length + this.#links.size * LINK_SERIES.length;
    return this.#times.length * (tracks * VALUE_BYTES + TIME_BYTES);
  }

  /**
   * Takes a step.
   *
   * @param agesNs the greatest age of each link's newest frame since the previous step, nanoseconds
   */
  take(frame: StatsFrame, lists: HistoryLists, agesNs: ArrayLike<number>): void {
    const seconds = frame.nowNs / 1e9;
    if (seconds <= this.#lastSeconds) return;
    if (frame.version !== this.#version) this.#fit(lists);
    this.#version = frame.version;
    const elapsed = seconds - this.#lastSeconds;
    const isPair = elapsed <= MAX_GAP_SECONDS;
    const rate = (track: Track, k: number, count: number) => {
      const growth = count - track.counts[k];
      track.counts[k] = count;
      return isPair && growth >= 0 ? growth / elapsed : NaN;
    };
    this.#lastSeconds = seconds;
    this.#times[this.#next] = seconds;
    for (let k = 0; k < lists.nodes.length; k++) {
      const track = this.#nodes.get(lists.nodes[k].id)!;
      const { ticks, busyUs, tickP50, tickP99 } = frame.nodes;
      const at = this.#next * NODE_SERIES.length;
      this.#put(track, at, rate(track, 0, ticks[k]));
      this.#put(track, at + 1, Math.min(100, rate(track, 1, busyUs[k]) / 1e4));
      this.#put(track, at + 2, bucketNs(tickP50[k], BUCKET_SHIFTS.tickP50) / 1e3 || NaN);
      this.#put(track, at + 3, bucketNs(tickP99[k], BUCKET_SHIFTS.tickP99) / 1e3 || NaN);
    }
    for (let k = 0; k < lists.links.length; k++) {
      const track = this.#links.get(lists.links[k].id)!;
      const { written, queued, ageNs } = frame.links;
      const at = this.#next * LINK_SERIES.length;
      this.#put(track, at, rate(track, 0, written[k]));
      this.#put(track, at + 1, rate(track, 1, framesRead(frame, k)));
      this.#put(track, at + 2, rate(track, 2, framesDropped(frame.links, k)));
      this.#put(track, at + 3, queued[k]);
      this.#put(track, at + 4, Math.max(agesNs[k] ?? 0, ageNs[k]) / 1e6 || NaN);
    }
    this.#next = (this.#next + 1) % this.#times.length;
    this.#length = Math.min(this.#times.length, this.#length + 1);
  }

  /** The steps of a node or link, from its first one on; `undefined` if the graph has no such node or link. */
  get(kind: "node" | "link", id: string): HistorySteps | undefined {
    const track = (kind === "node" ? this.#nodes : this.#links).get(id);
    if (track === undefined) return undefined;
    const width = (kind === "node" ? NODE_SERIES : LINK_SERIES).length;
    const steps = Array.from({ length: this.#length }, (_, k) => this.#stepAt(k));
    const isKnown = (step: number) =>
      track.values.subarray(step * width, (step + 1) * width).some((bits) => bits !== 0);
    const first = steps.findIndex(isKnown);
    const known = first < 0 ? [] : steps.slice(first);
    return {
      times: known.map((step) => Math.round(this.#times[step] * 1e3) / 1e3),
      series: Array.from(
        { length: width },
        (_, k) => known.map((step) => this.#valueOf(track.values[step * width + k])),
      ),
    };
  }

  /** Makes room for added nodes and links, drops removed ones, and sizes the rings. */
  #fit({ nodes, links }: HistoryLists): void {
    const stepBytes = (nodes.length * NODE_SERIES.length + links.length * LINK_SERIES.length) * VALUE_BYTES +
      TIME_BYTES;
    const fitting = Math.max(1, Math.min(HISTORY_SECONDS, Math.floor(this.#maxBytes / stepBytes)));
    // Whole minutes keep edits of a large graph from copying it each time.
    const steps = fitting < 60 ? fitting : Math.floor(fitting / 60) * 60;
    this.#nodes = this.#fitTracks(this.#nodes, nodes, steps, NODE_SERIES.length);
    this.#links = this.#fitTracks(this.#links, links, steps, LINK_SERIES.length);
    if (steps === this.#times.length) return;
    const kept = Math.min(this.#length, steps);
    this.#times = this.#newest(this.#times, 1, new Float64Array(steps), kept);
    this.#length = kept;
    this.#next = kept % steps;
  }

  #fitTracks(
    before: ReadonlyMap<string, Track>,
    entries: HistoryLists["nodes"],
    steps: number,
    series: number,
  ): Map<string, Track> {
    return new Map(entries.map(({ id }) => {
      const track = before.get(id) ?? new Track(steps, series);
      if (track.values.length !== steps * series) {
        const kept = Math.min(this.#length, steps);
        track.values = this.#newest(track.values, series, new Uint16Array(steps * series), kept);
      }
      return [id, track];
    }));
  }

  /** Copies the newest steps of a ring to the beginning of another one. */
  #newest<T extends Uint16Array | Float64Array>(from: T, width: number, into: T, steps: number): T {
    for (let k = 0; k < steps; k++) {
      const at = this.#stepAt(this.#length - steps + k) * width;
      into.set(from.subarray(at, at + width), k * width);
    }
    return into;
  }

  /** The position of a step in the rings, counted from the oldest. */
  #stepAt(k: number): number {
    return (this.#next - this.#length + k + 2 * this.#times.length) % this.#times.length;
  }

  #put({ values }: Track, at: number, value: number): void {
    if (Number.isNaN(value)) {
      values[at] = 0;
      return;
    }
    this.#f32[0] = value;
    values[at] = ((this.#u32[0] + 0x8000) >>> 16) ^ NAN_BITS;
  }

  #valueOf(bits: number): number | null {
    if (bits === 0) return null;
    this.#u32[0] = (bits ^ NAN_BITS) << 16;
    return Number(this.#f32[0].toPrecision(DIGITS));
  }
}
