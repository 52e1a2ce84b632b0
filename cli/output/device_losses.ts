/**
 * What devices could not bring into a graph, or out of it: no link counts it, since no frame was dropped there.
 *
 * @module
 */
import type { Figures } from "../../core/stats.ts";
import { formatCount } from "./table.ts";

/** What a device has lost so far. */
export interface DeviceLoss {
  readonly nodeId: string;
  /** The figure that counts it. */
  readonly figure: string;
  /** Above 0. */
  readonly count: number;
  /** In words: `left out 12 pictures`. */
  readonly words: string;
}

/** A count in words. */
type Words = (count: number) => string;

const pictures: Words = (count) => some(count, "picture");
const late: Words = (count) => `left out ${pictures(count)}`;

/** The figures of each type that count losses. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  screen: { late },
  camera: {
    late,
    lost: (count) => `lost ${pictures(count)}`,
    damaged: (count) => `damaged ${pictures(count)}`,
  },
  microphone: {
    lost: (count) => `lost ${some(count, "sample")}`,
    xruns: (count) => `overran ${some(count, "time")}`,
  },
  speaker: {
    lost: (count) => `lost ${some(count, "sample")}`,
    xruns: (count) => `ran dry ${some(count, "time")}`,
  },
  display: { late: (count) => `had ${pictures(count)} too late` },
};

/** The losses of the devices among nodes, as far as there are some. */
export function deviceLosses(
  nodes: readonly { readonly id: string; readonly type: string; readonly figures?: Figures }[],
): DeviceLoss[] {
  return nodes.flatMap(({ id, type, figures = {} }) =>
    Object.entries(COUNTED[type] ?? {}).flatMap(([figure, words]) => {
      const count = figures[figure] ?? 0;
      return count > 0 ? [{ nodeId: id, figure, count, words: words(count) }] : [];
    })
  );
}

function some(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}
