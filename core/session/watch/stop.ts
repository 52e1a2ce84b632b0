/**
 * Finds a graph that has come to a stop, in which every lane waits for another, and explains why.
 *
 * @module
 */
import { BLOCKED, LANE, PHASE } from "../../../ffi/layout.gen.ts";
import { awaitedInput } from "../../graph/complete.ts";
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import { SluiceError } from "../../errors.ts";
import { type ControlPage, LANE_STATE } from "../../control_page.ts";
import { index32 } from "../../element_index.ts";
import { describeKept, keptFrames } from "../kept_frames.ts";
import type { Run } from "../run.ts";
import type { LinkGrowth } from "./link_growth.ts";
import type { PageSample } from "./page_sample.ts";
import { stopAdvice, waitAdvice } from "./stop_advice.ts";

/** Looks in a row that must find no activity, and the least time between two of them, nanoseconds. */
const LOOKS = 2;
const BETWEEN_LOOKS_NS = 250_000_000;

/** The stillness of a graph, as far as looks found it. */
export interface Stillness {
  readonly activity: number;
  readonly looks: number;
  readonly atNs: number;
}

/** The stillness of a graph before the first look. */
export const UNSEEN: Stillness = { activity: -1, looks: 0, atNs: -Infinity };

/** A lane that has not closed. */
interface OpenLane {
  readonly index: number;
}

/**
 * Checks whether the graph has come to a stop. A look soon after the last one does not count: threads that were woken
 * may not have run yet on a busy machine. A live graph with a node that waits for a link is not at a stop: it is being
 * built.
 *
 * @param now with a time that never stops
 * @param growth of links, which resolved stops before
 * @returns the stillness for the next look, and the error that ends the run if the graph is at a stop
 */
export function lookForStop(
  before: Stillness,
  now: PageSample,
  lanes: readonly OpenLane[],
  run: Run,
  growth: LinkGrowth | undefined,
): { readonly stillness: Stillness; readonly error?: SluiceError } {
  if (now.atNs - before.atNs < BETWEEN_LOOKS_NS) return { stillness: before };
  const { topology, states, page } = run;
  const mayStop = states.values().every((state) => state !== "restarting" && state !== "failed");
  const stillness = stillnessAt(before, now, mayStop && lanes.every((lane) => isQuiet(page, lane)));
  if (stillness.looks < LOOKS) return { stillness };
  const open = [...topology.nodes.values()].filter((node) => states.get(node.id) === "running");
  const isBuilt = open.every((node) => awaitedInput(topology, node) === undefined);
  return open.length > 0 && isBuilt ? { stillness, error: explainStop(open, now, run, growth) } : { stillness };
}

/**
 * Looks for work that is left, except on lanes whose thread a node keeps.
 *
 * @param kept indices of those lanes
 * @returns the stillness for the next look; `isIdle`: several looks in a row found no work
 */
export function lookForIdle(
  before: Stillness,
  now: PageSample,
  lanes: readonly OpenLane[],
  page: ControlPage,
  kept: ReadonlySet<number>,
): { readonly stillness: Stillness; readonly isIdle: boolean } {
  const quiet = kept.size > 0 && lanes.every((lane) => kept.has(lane.index) || isQuiet(page, lane));
  const stillness = stillnessAt(before, now, quiet);
  return { stillness, isIdle: stillness.looks >= LOOKS };
}

/** Adds a look. @param quiet no lane had work, or news on its way, after the sample was taken */
function stillnessAt(before: Stillness, { activity, atNs }: PageSample, quiet: boolean): Stillness {
  return { activity, atNs, looks: quiet && activity === before.activity ? before.looks + 1 : 0 };
}

/** True if a lane has nothing to do, and nothing is on its way to it. */
function isQuiet(page: ControlPage, { index }: OpenLane): boolean {
  const state = Atomics.load(page.u32, index32(page.laneOffset(index) + LANE.state));
  return state === LANE_STATE.quiet && page.inboxEmpty(index);
}

function explainStop(
  open: readonly NodeEntry[],
  now: PageSample,
  run: Run,
  growth: LinkGrowth | undefined,
): SluiceError {
  const { topology, page, memory } = run;
  const blocked = (kind: number) => open.filter((node) => now.nodes.get(node)?.blockedKind === kind);
  const [starved] = blocked(BLOCKED.pool);
  if (starved !== undefined) return explainStarved(starved, now, run);
  const full = firstCause(blocked(BLOCKED.link), now);
  if (full === undefined) {
    const message = `The graph has come to a stop: ${quoteAll(open)} did not end, and nothing is left to do`;
    return new SluiceError("InvalidGraph", message, { nodeId: open[0].id });
  }
  const dry = [...now.links].filter(([{ toNode, index }, { queued }]) =>
    toNode === full.toNode && queued === 0 && !page.isEos(index)
  ).map(([link]) => link);
  const refusal = growth?.refusalOf(full);
  const waitsFor = dry.map((link) => `"${link.toNode}.${link.toPort}"`);
  return new SluiceError(
    "InvalidGraph",
    `The graph has come to a stop: the link from "${full.fromNode}.${full.fromPort}" to "${full.toNode}.${full.toPort}" ` +
      `is full with ${full.capacity + (memory?.extraOf(full) ?? 0)} frames, and "${full.toNode}" ` +
      (waitsFor.length === 0 ? "does not read them" : `waits for ${waitsFor.join(" and ")}`) +
      `; ${refusal === undefined ? stopAdvice(topology, full, dry) : `it cannot hold more: ${refusal}`}` +
      adviceFor(topology.node(full.fromNode), now, "ready({ signal })"),
    { nodeId: full.toNode, port: full.toPort, linkId: full.id },
  );
}

function explainStarved(node: NodeEntry, now: PageSample, { topology, page, pools }: Run): SluiceError {
  const kept = keptFrames(topology, page);
  const pool = pools[now.nodes.get(node)!.blockedId]?.name ?? "";
  const waits = `node "${node.id}" waits for a free slot of pool "${pool}"`;
  return new SluiceError(
    "PoolExhausted",
    "The graph has come to a stop: " +
      (kept.length === 0 ? `${waits}, and no other node gives one back` : `${describeKept(kept)}, so that ${waits}`) +
      "; a node that calls retain() has to call release()" +
      adviceFor(node, now, "acquire(shape, { signal })"),
    { nodeId: kept[0]?.node ?? node.id },
  );
}

/**
 * Returns the full link that the others wait for: the one whose reader does not itself wait for a full link. If each of
 * them does, as on a loop, returns any of them.
 */
function firstCause(writers: readonly NodeEntry[], { nodes, links }: PageSample): LinkEntry | undefined {
  const full = writers.flatMap((node) => [...links.keys()].filter(({ index }) => index === nodes.get(node)!.blockedId));
  return full.find((link) => !writers.some(({ id }) => id === link.toNode)) ?? full[0];
}

/** Returns advice for a node: one whose tick is not under way waits only to be ticked. */
function adviceFor(node: NodeEntry, { nodes }: PageSample, call: string): string {
  return nodes.get(node)?.phase === PHASE.await ? waitAdvice(node.id, call) : "";
}

function quoteAll(nodes: readonly NodeEntry[]): string {
  return nodes.map(({ id }) => `"${id}"`).join(", ");
}
