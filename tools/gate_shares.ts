/**
 * What each gate took of a run, so that whoever makes one dearer sees it.
 *
 * @module
 */
import { formatElapsed } from "./command.ts";

/** How long all gates of `deno task test` may take on two cores. */
export const LIMIT_MS = 360_000;

/** What a gate took. */
export interface GateShare {
  readonly name: string;
  /** From its start to its end: with others beside it, longer than alone. */
  readonly elapsedMs: number;
  /** Processor time of its programs and their children, where the system tells. */
  readonly coreMs?: number;
}

/**
 * Lists what each gate took, the dearest first.
 *
 * @returns lines: a head, one for each gate, and the sum
 */
export function listShares(shares: readonly GateShare[]): string[] {
  const sorted = byCost(shares);
  const known = shares.flatMap(({ coreMs }) => coreMs ?? []);
  const sum = known.reduce((total, each) => total + each, 0);
  const line = (core: string, elapsed: string, name: string) => `${core.padStart(14)}${elapsed.padStart(16)}  ${name}`;
  return [
    line("processor time", "from start", "gate"),
    ...sorted.map(({ name, elapsedMs, coreMs }) => line(formatCore(coreMs), formatElapsed(elapsedMs), name)),
    line(formatCore(known.length === 0 ? undefined : sum), "", "all of them"),
  ];
}

/**
 * Warns of a run that took longer than it may.
 *
 * @param elapsedMs of the whole run
 * @returns a line that names the three dearest gates; `undefined` within the limit
 */
export function warnOfTime(elapsedMs: number, shares: readonly GateShare[]): string | undefined {
  if (elapsedMs <= LIMIT_MS) return undefined;
  const dearest = byCost(shares).slice(0, 3).map(({ name, coreMs, elapsedMs }) =>
    `${name} (${coreMs === undefined ? formatElapsed(elapsedMs) : `${formatCore(coreMs)} of processor time`})`
  );
  return `Warning: all gates took ${formatElapsed(elapsedMs)}, wanted at most ${formatElapsed(LIMIT_MS)} on two idle ` +
    `cores; make the dearest cheaper: ${dearest.join(", ")}`;
}

function byCost(shares: readonly GateShare[]): GateShare[] {
  return shares.toSorted((a, b) => (b.coreMs ?? b.elapsedMs) - (a.coreMs ?? a.elapsedMs));
}

function formatCore(coreMs: number | undefined): string {
  return coreMs === undefined ? "?" : `${(coreMs / 1000).toFixed(1)} s`;
}
