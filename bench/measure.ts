/**
 * Paired runs: ours and the peer's one after the other, so that both see the same machine, and the median of their
 * ratios.
 *
 * @module
 */

/** What a goal asks of the median ratio. */
export interface Goal {
  /** `cost`: ours by the peer's. `speed`: the peer's by ours. */
  readonly of: "cost" | "speed";
  /** For `cost` the ratio is at most this, for `speed` at least. */
  readonly limit: number;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly peer: string;
  /** The median ratio or the figure, as printed. */
  readonly result: string;
  /** Lowest and highest ratio of the runs. */
  readonly spread: string;
  /** As printed; empty if there is none. */
  readonly goal: string;
  /** `undefined` without a goal. */
  readonly hit: boolean | undefined;
  /** Absolute figures of this run, for the terminal alone. */
  readonly detail: string;
}

/** Times one run. @returns nanoseconds for each operation */
export type Run = () => number | Promise<number>;

/** What is compared. */
export interface Comparison {
  readonly what: string;
  readonly peer: string;
  readonly goal?: Goal;
  /** By default that of the goal, else `cost`. */
  readonly of?: "cost" | "speed";
  readonly ours: Run;
  readonly theirs: Run;
}

/** The middle value; of an even number, the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** The value below which `part` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** Runs each side `runs` times in turn. */
export async function compare(runs: number, comparison: Comparison): Promise<Row> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let k = 0; k < runs; k++) {
    ours.push(await comparison.ours());
    theirs.push(await comparison.theirs());
  }
  return ratioRow(comparison, ours, theirs);
}

/** Makes the line of runs that were timed elsewhere, pair by pair. */
export function ratioRow(
  comparison: Pick<Comparison, "what" | "peer" | "goal" | "of">,
  ours: readonly number[],
  theirs: readonly number[],
): Row {
  const { goal } = comparison;
  const of = goal?.of ?? comparison.of ?? "cost";
  const ratios = ours.map((own, k) => of === "cost" ? own / theirs[k] : theirs[k] / own);
  const ratio = median(ratios);
  return {
    what: comparison.what,
    peer: comparison.peer,
    result: describe(of, ratio),
    spread: `${round(Math.min(...ratios))} to ${round(Math.max(...ratios))}`,
    goal: goal === undefined ? "" : `${goal.of === "cost" ? "≤" : "≥"} ${goal.limit} ×`,
    hit: goal === undefined ? undefined : goal.of === "cost" ? ratio <= goal.limit : ratio >= goal.limit,
    detail: `ours ${figure(median(ours))}, ${comparison.peer} ${figure(median(theirs))}`,
  };
}

/** Nanoseconds in a unit that reads well. */
export function figure(ns: number): string {
  if (ns < 10) return `${ns.toFixed(2)} ns`;
  if (ns < 10_000) return `${ns.toFixed(0)} ns`;
  return ns < 10_000_000 ? `${(ns / 1e3).toFixed(0)} µs` : `${(ns / 1e6).toFixed(0)} ms`;
}

function describe(of: "cost" | "speed", ratio: number): string {
  return of === "cost" ? `${round(ratio)} × its cost` : `${round(ratio)} × as fast`;
}

function round(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1);
}
