/**
 * The summary at the end of a run.
 *
 * @module
 */
import { serializeError } from "../../core/errors.ts";
import { splitAddress } from "../../core/ids.ts";
import { escapeControls } from "../../core/log.ts";
import { type RunSummary, sumDrops, sumLosses } from "../../core/stats.ts";
import { deviceLosses } from "./device_losses.ts";
import type { WrittenFile } from "./files.ts";
import { readMediaLength } from "./position.ts";
import { formatSpeed } from "./progress.ts";
import { formatBytes, formatClock, formatCount, formatDuration, renderTable } from "./table.ts";

const OUTCOMES: Record<RunSummary["outcome"], string> = {
  completed: "Completed in",
  stopped: "Stopped after",
  failed: "Failed after",
};

/** The summary as lines: one about the whole run, a table of the links, a table of the nodes, the files. */
export function renderSummary(summary: RunSummary, files: readonly WrittenFile[]): string[] {
  const lines = [headline(summary), "", ...renderNodes(summary)];
  if (summary.links.length > 0) lines.push("", ...renderLinks(summary));
  const exhausted = summary.pools.filter((pool) => pool.exhausted > 0);
  for (const { name, exhausted: times } of exhausted) {
    lines.push("", `Pool "${name}" had no free slot ${formatCount(times)} times`);
  }
  const failing = summary.nodes.filter(({ state, restarts }) => restarts > 0 || state === "disabled");
  if (failing.length > 0) lines.push("", ...failing.map(renderFailing));
  const losses = deviceLosses(summary.nodes);
  if (losses.length > 0) lines.push("", ...losses.map(({ nodeId, words }) => `Node "${nodeId}" ${words}`));
  if (files.length > 0) lines.push("", ...files.map((file) => renderFile(file, summary)));
  return lines;
}

/** The summary as an event of `--json`. */
export function summaryEvent(summary: RunSummary, files: readonly WrittenFile[]): Record<string, unknown> {
  const { error, ...rest } = summary;
  const { stack: _, ...wire } = error === undefined ? { stack: undefined } : serializeError(error);
  return { event: "summary", ...rest, ...(error === undefined ? {} : { error: wire }), files };
}

function headline(summary: RunSummary): string {
  const mediaNs = readMediaLength(summary);
  const parts = [`${OUTCOMES[summary.outcome]} ${formatDuration(summary.elapsedNs)}`];
  if (mediaNs !== undefined && summary.elapsedNs > 0) {
    parts.push(`${formatClock(mediaNs)} of media, ${formatSpeed(mediaNs / summary.elapsedNs)} × real time`);
  }
  parts.push(`${summary.driver} driver`);
  return parts.join(", ");
}

function renderNodes(summary: RunSummary): string[] {
  const columns = [
    { head: "NODE" },
    { head: "TYPE" },
    { head: "LANE" },
    { head: "TICKS", align: "right" },
    { head: "BUSY", align: "right" },
    { head: "FRAMES IN", align: "right" },
    { head: "FRAMES OUT", align: "right" },
    { head: "ERRORS", align: "right" },
  ] as const;
  return renderTable(
    columns,
    summary.nodes.map((node) => [
      node.id,
      node.type,
      node.lane,
      formatCount(node.ticks),
      formatDuration(node.busyNs),
      formatCount(node.framesIn),
      formatCount(node.framesOut),
      formatCount(node.errors),
    ]),
  );
}

function renderLinks(summary: RunSummary): string[] {
  const columns = [
    { head: "LINK" },
    { head: "POLICY" },
    { head: "WRITTEN", align: "right" },
    { head: "READ", align: "right" },
    { head: "DROPPED", align: "right" },
    { head: "QUEUED", align: "right" },
    { head: "MOST QUEUED", align: "right" },
  ] as const;
  return renderTable(
    columns,
    summary.links.map((link) => [
      `${link.from} → ${link.to}`,
      link.policy,
      formatCount(link.written),
      formatCount(link.read),
      formatCount(sumDrops(link.dropped)),
      formatCount(link.queued),
      `${formatCount(link.highWater)} of ${formatCount(link.capacity)}`,
    ]),
  );
}

function renderFailing({ id, state, errors, restarts }: RunSummary["nodes"][number]): string {
  const times = (count: number) => count === 1 ? "once" : `${formatCount(count)} times`;
  const restarted = restarts > 0 ? ` and was restarted ${times(restarts)}` : "";
  return `Node "${id}" failed ${times(errors)}${restarted}${state === "disabled" ? "; it was disabled" : ""}`;
}

function renderFile({ nodeId, path, state, bytes }: WrittenFile, summary: RunSummary): string {
  const shown = escapeControls(path);
  if (state === "untouched") return `Node "${nodeId}" wrote nothing: ${shown} is as it was`;
  if (state === "missing") return `Node "${nodeId}" wrote no file at ${shown}`;
  const size = formatBytes(bytes ?? 0);
  if (state !== "complete") return `Left ${shown} (${size}), which is not complete`;
  const lost = countLossesBefore(nodeId, summary);
  const gaps = lost === 0
    ? ""
    : `; ${formatCount(lost)} frame${lost === 1 ? " was" : "s were"} dropped on the way to it`;
  return `Wrote ${shown} (${size})${gaps}`;
}

/** The frames that were lost on the links that lead to a node, also by way of others. */
function countLossesBefore(nodeId: string, { links }: RunSummary): number {
  let lost = 0;
  // A node that is added while the set is walked is walked too.
  const before = new Set<string>([nodeId]);
  for (const node of before) {
    for (const link of links) {
      if (splitAddress(link.to).node !== node) continue;
      lost += sumLosses(link.policy, link);
      before.add(splitAddress(link.from).node);
    }
  }
  return lost;
}
