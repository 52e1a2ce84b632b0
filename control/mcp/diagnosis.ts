/**
 * Says what is wrong with a running graph, in words, and where its time goes.
 *
 * @module
 */
import { POLICY_FACTS } from "../../core/links/policy.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { type LinkStats, type NodeStats, type RuntimeStats, sumDrops, sumLosses } from "../../core/stats.ts";
import { describeError } from "../answers/snapshot.ts";
import { stateOf } from "../connections/run_methods.ts";

/** A live node that spends this share of the time in `process()` cannot keep up. */
const BUSY_SHARE = 0.95;

/** Time of a node, milliseconds. */
export interface NodeTime {
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly state: string;
  readonly ticks_per_second: number;
  /** Of a tick, since the start. */
  readonly tick_ms: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Share of the time in `process()`, 0 to 1. */
  readonly busy: number;
  readonly errors: number;
}

/** Waiting and losses of a link. */
export interface LinkTime {
  readonly connection_id: string;
  readonly from: string;
  readonly to: string;
  readonly frames_per_second: number;
  readonly queued: number;
  readonly capacity: number;
  /** How long a frame waits on it, milliseconds: frames that wait by frames that are read in a second. */
  readonly wait_ms: number | null;
  /** Since the start, and while it was measured. */
  readonly dropped: number;
  readonly dropped_now: number;
}

/** What is wrong with a graph, and where its time goes. */
export interface Diagnosis {
  readonly state: string;
  /** Milliseconds that were measured. */
  readonly over_ms: number;
  /** In words; empty if nothing is wrong. */
  readonly problems: readonly string[];
  /** The busiest first. */
  readonly processors: readonly NodeTime[];
  /** Those with the longest wait first. */
  readonly connections: readonly LinkTime[];
  /** The way with the greatest latency, if it is known. */
  readonly slowest?: {
    readonly source: string;
    readonly sink: string;
    readonly p50_ms: number;
    readonly p99_ms: number;
  };
}

/** Compares two readings of a graph. A node or a link that came between the two counts from its beginning. */
export function diagnose(runtime: Runtime, before: RuntimeStats, now: RuntimeStats): Diagnosis {
  const overNs = Math.max(1, now.elapsedNs - before.elapsedNs);
  const oldNodes = new Map(before.nodes.map((node) => [node.id, node]));
  const oldLinks = new Map(before.links.map((link) => [link.id, link]));
  const nodes = now.nodes.map((node) => ({ node, time: nodeTime(node, oldNodes.get(node.id), overNs) }));
  const links = now.links.map((link) => ({ link, time: linkTime(link, oldLinks.get(link.id), overNs) }));
  const ways = runtime.latencies().filter(({ latency }) => latency !== undefined);
  const slowest = ways.sort((a, b) => b.latency!.p50Ns - a.latency!.p50Ns)[0];
  const isLive = viewRuntime(runtime).mode === "live" && stateOf(runtime) === "running";
  const exhausted = now.pools.filter(({ name, exhausted }) =>
    exhausted > (before.pools.find((each) => each.name === name)?.exhausted ?? 0)
  );
  const problems = [
    ...graphProblems(runtime),
    ...nodes.flatMap(({ node, time }) => nodeProblems(node, oldNodes.get(node.id), time, isLive)),
    ...links.flatMap(({ link, time }) => linkProblems(link, time)),
    ...exhausted.map(({ name, slots }) =>
      `Pool "${name}" had no free slot of its ${slots}: something keeps frames, or the pool is too small`
    ),
    ...now.lanes.flatMap(({ name, warnings }) => warnings.map((warning) => `Lane "${name}": ${warning}`)),
  ];
  return {
    state: stateOf(runtime),
    over_ms: ms(now.elapsedNs - before.elapsedNs),
    problems,
    processors: nodes.map(({ time }) => time).sort((a, b) => b.busy - a.busy),
    connections: links.map(({ time }) => time).sort((a, b) => (b.wait_ms ?? 0) - (a.wait_ms ?? 0)),
    ...(slowest?.latency && {
      slowest: {
        source: slowest.source,
        sink: slowest.sink,
        p50_ms: ms(slowest.latency.p50Ns),
        p99_ms: ms(slowest.latency.p99Ns),
      },
    }),
  };
}

function nodeTime(node: NodeStats, before: NodeStats | undefined, overNs: number): NodeTime {
  const { id, type, lane, state, tick, maxTickNs, errors } = node;
  return {
    id,
    type,
    lane,
    state,
    ticks_per_second: rounded((node.ticks - (before?.ticks ?? 0)) * 1e9 / overNs),
    tick_ms: { p50: ms(tick.p50Ns), p99: ms(tick.p99Ns), max: ms(maxTickNs) },
    busy: rounded((node.busyNs - (before?.busyNs ?? 0)) / overNs),
    errors,
  };
}

function linkTime(link: LinkStats, before: LinkStats | undefined, overNs: number): LinkTime {
  const readPerSecond = (link.read - (before?.read ?? 0)) * 1e9 / overNs;
  const wait = readPerSecond > 0 ? rounded(link.queued * 1_000 / readPerSecond) : null;
  return {
    connection_id: link.id,
    from: link.from,
    to: link.to,
    frames_per_second: rounded((link.written - (before?.written ?? 0)) * 1e9 / overNs),
    queued: link.queued,
    capacity: link.capacity,
    wait_ms: link.queued === 0 ? 0 : wait,
    dropped: sumDrops(link.dropped),
    dropped_now: sumLosses(link.policy, link) - (before === undefined ? 0 : sumLosses(link.policy, before)),
  };
}

function graphProblems(runtime: Runtime): string[] {
  const { session } = viewRuntime(runtime);
  if (session?.error === undefined) return [];
  const { code, message } = describeError(session.error);
  return [`The graph has failed: ${code}: ${message}`];
}

function nodeProblems(node: NodeStats, before: NodeStats | undefined, time: NodeTime, isLive: boolean): string[] {
  const { id, lane, state, activity, errors } = node;
  const problems: string[] = [];
  if (state === "failed" || state === "restarting") problems.push(`"${id}" is ${state}; logs tells why`);
  if (state === "disabled" && errors > 0) problems.push(`"${id}" failed and is disabled; logs tells why`);
  else if (errors > 0) problems.push(`"${id}" has failed ${times(errors)} since the start`);
  if (activity.kind === "stuck") {
    problems.push(`"${id}" is stuck: one call holds lane "${lane}" for ${activity.forMs} ms`);
  } else if (activity.kind === "waiting") {
    problems.push(`"${id}" waits for a connection to its input ${activity.input}`);
  } else if (activity.kind === "blocked" && time.ticks_per_second === 0) {
    const what = activity.on === "link" ? `room on ${activity.name}` : `a free slot of pool "${activity.name}"`;
    problems.push(`"${id}" is blocked: it waits for ${what}`);
  } else if (isLive && time.busy >= BUSY_SHARE) {
    problems.push(
      `"${id}" cannot keep up: it is busy for ${
        Math.round(time.busy * 100)
      } % of the time; move it to a lane of its own`,
    );
  }
  const late = node.lateTicks - (before?.lateTicks ?? 0);
  if (late > 0) problems.push(`"${id}" began ${times(late)} too late`);
  return problems;
}

function linkProblems({ id, to, policy, dropped }: LinkStats, { dropped_now: lost }: LinkTime): string[] {
  const [reader] = to.split(".");
  if (lost > 0) {
    const total = sumDrops(dropped);
    return [
      `"${reader}" does not keep up: ${id} (${policy}) has just dropped ${lost} frames, ${total} since the start`,
    ];
  }
  const losses = POLICY_FACTS[policy].skips ? dropped.laneLost : dropped.full + dropped.laneLost;
  return losses > 0 ? [`${id} to "${to}" has dropped ${losses} frames since the start, none just now`] : [];
}

/** Renders a diagnosis as lines. */
export function diagnosisText({ state, over_ms, problems, processors, connections, slowest }: Diagnosis): string {
  const lines = [`The graph is ${state}; measured over ${over_ms} ms`];
  if (problems.length === 0) lines.push("Nothing is wrong");
  else lines.push("What is wrong:", ...problems.map((each) => `- ${each}`));
  if (processors.length > 0) lines.push("Where the time goes:");
  for (const { id, tick_ms: tick, ticks_per_second: rate, busy } of processors) {
    lines.push(
      `- ${id}: ${tick.p50} ms a tick (p99 ${tick.p99}), ${rate} ticks/s, busy ${Math.round(busy * 1_000) / 10} %`,
    );
  }
  for (const { connection_id: id, from, to, wait_ms: wait, queued, capacity, dropped } of connections) {
    const waits = wait === null ? "nothing is read" : `a frame waits ${wait} ms`;
    lines.push(`- ${id} ${from} → ${to}: ${waits}, ${queued} of ${capacity} queued, ${dropped} dropped`);
  }
  if (slowest !== undefined) {
    const { source, sink, p50_ms: p50, p99_ms: p99 } = slowest;
    lines.push(`The way with the greatest latency: ${source} to ${sink}, ${p50} ms (p99 ${p99})`);
  }
  return lines.join("\n");
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function ms(ns: number): number {
  return rounded(ns / 1e6);
}

/** Three digits behind the point are enough for an agent. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
