/**
 * `sluice graph --lanes`: which lane runs each node, what it takes there, and why the runtime may move it or not.
 *
 * @module
 */
import type { NodeEntry } from "../../core/graph/entries.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { renderTable } from "../output/table.ts";

/** How long what nodes take is measured, milliseconds: at the end of the run. */
const MEASURED_MS = 1_000;

/** What is said of a node that the runtime moves when that pays off. */
const MOVABLE = "the runtime may move it";

/** The same where no instance was made that would tell. */
const PERHAPS = "the runtime may move it, if its class has snapshot() and restore()";

/** What was found out of a graph that ran. */
interface Measured {
  /** The share of its lane that each node took, by id. */
  readonly loads: ReadonlyMap<string, number>;
  /** Why the runtime moved nodes, and which ones it would move if it could. */
  readonly reasons: readonly string[];
  /** Why nodes stay, by id. */
  readonly why: ReadonlyMap<string, string | undefined>;
  readonly nodes: readonly NodeEntry[];
}

/**
 * Lists the nodes under their lanes.
 *
 * @param seconds for how long the graph is run, to measure; absent: not at all
 * @throws what the run fails with
 */
export async function listLanes(runtime: Runtime, seconds?: number): Promise<string> {
  const measured = seconds === undefined ? undefined : await measure(runtime, seconds * 1_000);
  const view = viewRuntime(runtime);
  const nodes = measured?.nodes ?? view.nodes;
  const why = (node: NodeEntry) => measured === undefined ? view.whyFixed(node) : measured.why.get(node.id);
  const lines: string[] = [];
  for (const [lane, own] of Map.groupBy(nodes, (node) => node.lane)) {
    const load = measured === undefined
      ? ""
      : `  ${percent(own.reduce((sum, { id }) => sum + loadOf(measured, id), 0))}`;
    const rows = own.map((node) => [
      node.id,
      node.type.descriptor.type,
      measured === undefined ? "" : percent(loadOf(measured, node.id)),
      why(node) ?? (measured === undefined ? PERHAPS : MOVABLE),
    ]);
    const columns = [{ head: "" }, { head: "" }, { head: "", align: "right" as const }, { head: "" }];
    lines.push(`${lane}${load}`, ...renderTable(columns, rows).slice(1).map((row) => `  ${row}`));
  }
  if (nodes.length === 0) lines.push("There are no nodes");
  return [...lines, ...measured?.reasons ?? []].map((line) => `${line}\n`).join("");
}

async function measure(runtime: Runtime, forMs: number): Promise<Measured> {
  const reasons: string[] = [];
  runtime.events.on("graph", (event) => {
    if (event.group === "graph" && event.reason !== undefined) {
      reasons.push(`${event.reason}: moved ${event.nodes.map((id) => `"${id}"`).join(", ")}`);
    }
  });
  await runtime.start();
  const over = runtime.finished.then(() => true);
  const wait = (ms: number) => Promise.race([over, new Promise<false>((resolve) => setTimeout(resolve, ms, false))]);
  await wait(Math.max(0, forMs - MEASURED_MS));
  const before = workOf(runtime);
  await wait(Math.min(forMs, MEASURED_MS));
  const after = workOf(runtime);
  const { nodes, whyFixed, session } = viewRuntime(runtime);
  const why = new Map(nodes.map((node) => [node.id, whyFixed(node)]));
  for (const { id, to } of session?.betterLanes ?? []) {
    reasons.push(
      `"${id}" would do better on lane "${to}": name that in the graph file, or give its class what it lacks`,
    );
  }
  await runtime.stop();
  const loads = new Map(
    after.busyNs.entries().map(([id, ns]) => [id, (ns - (before.busyNs.get(id) ?? 0)) / (after.atNs - before.atNs)]),
  );
  return { loads, reasons, why, nodes };
}

function workOf(runtime: Runtime): { readonly atNs: number; readonly busyNs: Map<string, number> } {
  const { elapsedNs, nodes } = runtime.stats();
  return { atNs: elapsedNs, busyNs: new Map(nodes.map(({ id, busyNs }) => [id, busyNs])) };
}

function loadOf({ loads }: Measured, id: string): number {
  const load = loads.get(id) ?? 0;
  return Number.isFinite(load) ? load : 0;
}

function percent(load: number): string {
  return `${(100 * load).toFixed(1)} %`;
}
