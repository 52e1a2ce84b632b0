/**
 * Reports which nodes keep frames, and how many: retained frames, and frames in hand of asynchronous ticks.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { logger } from "../log.ts";
import { readKept, readRetained } from "../stats.ts";
import type { Topology } from "../topology.ts";

/** The number of frames that a node keeps. */
interface KeptFrames {
  readonly node: string;
  readonly frames: number;
}

/** Returns the nodes that keep frames, those with the most first. @param read returns how many a node keeps */
export function keptFrames(topology: Topology, page: ControlPage, read: typeof readKept = readKept): KeptFrames[] {
  return [...topology.nodes.values()]
    .map(({ id, index }) => ({ node: id, frames: read(page, index) }))
    .filter(({ frames }) => frames > 0)
    .sort((a, b) => b.frames - a.frames);
}

/** Describes kept frames for a message: `"hoarder" keeps 310 frames and "delay" keeps 4`. */
export function describeKept(kept: readonly KeptFrames[]): string {
  const [first, ...others] = kept.map(({ node, frames }) => `node "${node}" keeps ${frames}`);
  return [`${first} frame${kept[0].frames === 1 ? "" : "s"}`, ...others].join(" and ");
}

/** Warns of frames that nodes still keep when their run has ended: in a longer run the slots would run out. */
export function warnOfKept(topology: Topology, page: ControlPage): void {
  const kept = keptFrames(topology, page, readRetained);
  if (kept.length === 0) return;
  logger("runtime").warn(
    `The run has ended, and ${
      describeKept(kept)
    }: in a longer run the slots of their pool may run out; what retain() ` +
      "keeps, release() has to give back, at the latest in teardown()",
  );
}
