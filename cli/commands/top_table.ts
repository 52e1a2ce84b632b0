/**
 * A running graph as lines of text: what its nodes and links did between two readings.
 *
 * @module
 */
import { type LinkPolicy, POLICY_FACTS } from "../../core/links/policy.ts";
import type { GraphSnapshot, LinkInfo } from "../../control/schemas/graph.ts";
import { NODE_STATES } from "../../control/schemas/graph.ts";
import { BLOCKED_ON, BUCKET_SHIFTS, bucketNs } from "../../control/schemas/stats_layout.ts";
import { framesDropped, type StatsFrame } from "../../control/schemas/stats_frame.ts";
import { escapeControls } from "../../core/log.ts";
import { formatCount, formatDuration, renderTable } from "../output/table.ts";

/** A node between two readings. */
export interface TopNode {
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  /** The node's state in its life, and what keeps it from running. */
  readonly state: string;
  readonly ticksPerSecond: number;
  /** Share of the time that it was in `process()`, 0 to 1. */
  readonly busy: number;
  /** Median and 99th percentile of a tick since the start, nanoseconds. */
  readonly tickP50Ns: number;
  readonly tickP99Ns: number;
  readonly errors: number;
}

/** A link between two readings. */
export interface TopLink {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly policy: string;
  readonly framesPerSecond: number;
  readonly queued: number;
  readonly capacity: number;
  /** Since the start. */
  readonly dropped: number;
  readonly droppedPerSecond: number;
  /** The age of the newest frame, nanoseconds. */
  readonly ageNs: number;
}

/** A graph between two readings. */
export interface TopReading {
  readonly title: string;
  readonly state: string;
  readonly driver: string;
  /** Since the start, nanoseconds. */
  readonly elapsedNs: number;
  /** Between the two readings, nanoseconds. */
  readonly overNs: number;
  readonly nodes: readonly TopNode[];
  readonly links: readonly TopLink[];
}

/** Compares two readings of the same version of a graph. */
export function readTop(graph: GraphSnapshot, before: StatsFrame, now: StatsFrame): TopReading {
  const overNs = now.nowNs - before.nowNs;
  const perSecond = (from: number, to: number) => overNs > 0 ? ((to - from) * 1e9) / overNs : 0;
  const { nodes, links } = now;
  return {
    title: graph.title,
    state: now.state,
    driver: graph.driver,
    elapsedNs: now.elapsedNs,
    overNs,
    nodes: graph.nodes.map(({ id, type, lane }, k) => ({
      id,
      type,
      lane,
      state: describeState(graph, now, k),
      ticksPerSecond: perSecond(before.nodes.ticks[k], nodes.ticks[k]),
      busy: perSecond(before.nodes.busyUs[k], nodes.busyUs[k]) / 1e6,
      tickP50Ns: bucketNs(nodes.tickP50[k], BUCKET_SHIFTS.tickP50),
      tickP99Ns: bucketNs(nodes.tickP99[k], BUCKET_SHIFTS.tickP99),
      errors: nodes.errors[k],
    })),
    links: graph.links.map((link, k) => ({
      ...endsOf(link),
      policy: link.policy,
      framesPerSecond: perSecond(before.links.written[k], links.written[k]),
      queued: links.queued[k],
      capacity: link.capacity,
      dropped: framesDropped(links, k),
      droppedPerSecond: perSecond(framesDropped(before.links, k), framesDropped(links, k)),
      ageNs: links.ageNs[k],
    })),
  };
}

/**
 * Renders a reading as lines no wider than `columns`, cutting names. If nodes and links need more than `rows`, they
 * share the rows, the worst come first, and the last line says how many there are.
 */
export function renderTop(reading: TopReading, columns: number = Infinity, rows: number = Infinity): string[] {
  const { title, state, driver, elapsedNs, nodes, links } = reading;
  const head = [title, state, formatDuration(elapsedNs), `${driver} driver`].filter((part) => part !== "").join(", ");
  const first = escapeControls(head);
  const heads = links.length > 0 ? 5 : 3;
  if (heads + nodes.length + links.length <= rows) {
    const below = links.length > 0 ? ["", ...renderLinks(links, columns)] : [];
    return [first, "", ...renderNodes(nodes, columns), ...below];
  }
  const room = Math.max(0, rows - (links.length > 0 ? 4 : 3));
  const half = Math.floor(room / 2);
  const shownLinks = Math.min(links.length, Math.max(half, room - nodes.length));
  const shownNodes = Math.min(nodes.length, room - shownLinks);
  const ofLinks = links.length > 0 ? ` and ${shownLinks} of ${formatCount(links.length)} links` : "";
  return [
    first,
    ...renderNodes(worst(nodes, badnessOfNode).slice(0, shownNodes), columns),
    ...(links.length > 0 ? renderLinks(worst(links, badnessOfLink).slice(0, shownLinks), columns) : []),
    `${shownNodes} of ${formatCount(nodes.length)} nodes${ofLinks}, the worst first`,
  ];
}

/** Cuts lines to the size of a screen. */
export function fitScreen(lines: readonly string[], columns: number, rows: number): string[] {
  return lines.slice(0, rows).map((line) => line.slice(0, columns));
}

/** Moves the worst entries to the front; the others keep their order. */
function worst<T>(entries: readonly T[], badness: (entry: T) => number): T[] {
  return entries.map((entry) => ({ entry, bad: badness(entry) })).sort((a, b) => b.bad - a.bad).map(({ entry }) =>
    entry
  );
}

/** Weighs what keeps the node from running most, unless that is a link that is to come, then failures, then how busy it is. */
function badnessOfNode({ state, errors, busy }: TopNode): number {
  const isWell = ["running", "open", "new", "ended", "closed"].includes(state) || state.startsWith("waiting ");
  const isBlocked = state.startsWith("running,");
  return (isWell ? 0 : isBlocked ? 4 : 8) + (errors > 0 ? 2 : 0) + Math.min(busy, 1);
}

/** Weighs frames that are lost now most, then earlier losses, then how full the link is. */
function badnessOfLink({ policy, dropped, droppedPerSecond, queued, capacity }: TopLink): number {
  if (POLICY_FACTS[policy as LinkPolicy]?.skips) return 0;
  return (droppedPerSecond > 0 ? 4 : 0) + (dropped > 0 ? 2 : 0) + queued / capacity;
}

function renderNodes(nodes: readonly TopNode[], width: number): string[] {
  const columns = [
    { head: "NODE" },
    { head: "TYPE" },
    { head: "LANE" },
    { head: "STATE" },
    { head: "TICKS/S", align: "right" },
    { head: "BUSY", align: "right" },
    { head: "P50", align: "right" },
    { head: "P99", align: "right" },
    { head: "ERRORS", align: "right" },
  ] as const;
  return renderTable(
    columns,
    nodes.map((node) => [
      ...[node.id, node.type, node.lane, node.state].map(escapeControls),
      formatCount(node.ticksPerSecond),
      `${(node.busy * 100).toFixed(1)} %`,
      formatTick(node.tickP50Ns),
      formatTick(node.tickP99Ns),
      formatCount(node.errors),
    ]),
    width,
  );
}

function renderLinks(links: readonly TopLink[], width: number): string[] {
  const columns = [
    { head: "LINK" },
    { head: "POLICY" },
    { head: "FRAMES/S", align: "right" },
    { head: "QUEUED", align: "right" },
    { head: "DROPPED", align: "right" },
    { head: "DROPS/S", align: "right" },
    { head: "AGE", align: "right" },
  ] as const;
  return renderTable(
    columns,
    links.map((link) => [
      escapeControls(`${link.from} → ${link.to}`),
      link.policy,
      formatCount(link.framesPerSecond),
      `${formatCount(link.queued)} of ${formatCount(link.capacity)}`,
      formatCount(link.dropped),
      formatCount(link.droppedPerSecond),
      link.ageNs === 0 ? "–" : formatDuration(link.ageNs),
    ]),
    width,
  );
}

/** `running`, `waiting for audioIn`, `running, full gain.audioIn`, `running, no slot in audio`, `stuck for 2.41 s`. */
function describeState(graph: GraphSnapshot, { nodes }: StatsFrame, k: number): string {
  const state = NODE_STATES[nodes.state[k]] ?? "new";
  if (state !== "running") return state;
  const forMs = nodes.inCallMs[k];
  if (graph.stuckAfterMs > 0 && forMs >= graph.stuckAfterMs) return `stuck for ${formatDuration(forMs * 1e6)}`;
  const { awaits } = graph.nodes[k];
  if (awaits !== undefined) return `waiting for ${awaits}`;
  const on = nodes.blockedOn[k] - 1;
  const blocked = BLOCKED_ON[nodes.blocked[k]];
  if (blocked === "link" && on >= 0) return `${state}, full ${endsOf(graph.links[on]).to}`;
  if (blocked === "pool") return `${state}, no slot in ${graph.pools[on]?.name ?? "its pool"}`;
  return state;
}

function endsOf({ id, fromNode, fromPort, toNode, toPort }: LinkInfo): { id: string; from: string; to: string } {
  return { id, from: `${fromNode}.${fromPort}`, to: `${toNode}.${toPort}` };
}

/** A tick is known to about a tenth, the width of a bucket. */
function formatTick(ns: number): string {
  return ns === 0 ? "–" : ns < 1e4 ? `${(ns / 1e3).toFixed(1)} µs` : formatDuration(ns);
}
