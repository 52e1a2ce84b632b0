/**
 * Events in sentences: what happened to what, with links named by their ends, as the graph shows no ids of links.
 *
 * @module
 */
import type { ControlEvent } from "../../control/schemas/feed.ts";
import type { LinkInfo } from "../../control/schemas/graph.ts";
import { linkName } from "./describe.ts";
import { formatCount, formatNs } from "./format_figures.ts";

/** Counts of drops as they travel, and what each is called. */
const DROPS: Readonly<Record<string, string>> = {
  full: "full",
  skipped: "skipped",
  unlinked: "unlinked",
  laneLost: "lane lost",
};

/** Most nodes of an edit that are named. */
const MOST_NAMED = 5;

/** Names of links by id. */
export type LinkNames = ReadonlyMap<string, string>;

/** Names the links of a graph by their ends. */
export function linkNames(links: readonly LinkInfo[]): LinkNames {
  return new Map(links.map((link) => [link.id, linkName(link)]));
}

/** What an event says. An event of a kind that is not known says what the runtime says. */
export function eventWords(event: ControlEvent, links: LinkNames = new Map()): string {
  const { topic, nodeId, linkId, lane } = event;
  if (nodeId !== undefined) return nodeWords(event, nodeId, links);
  if (linkId !== undefined) return linkWords(event, links.get(linkId) ?? endsOf(event) ?? linkId);
  if (lane !== undefined) return laneWords(event, lane);
  if (event.kind === "emitted") return `${topic}: ${JSON.stringify(event.data?.data)}`;
  if (topic === "graph" && event.kind === "edited") return editWords(event);
  return topic === "runtime" ? runWords(event) : event.message;
}

function nodeWords({ kind, message, data = {}, lane }: ControlEvent, node: string, links: LinkNames): string {
  switch (kind) {
    case "state":
      return `${node} is ${data.state}${data.previous === undefined ? "" : `, was ${data.previous}`}`;
    case "restarting": {
      const afterNs = Number(data.afterMs) * 1e6;
      return `${node} failed and restarts ${afterNs > 0 ? `in ${formatNs(afterNs)}` : "now"}, restart ` +
        `${data.attempt}: ${message}`;
    }
    case "restarted":
      return `${node} runs again after restart ${data.attempt}`;
    case "disabled":
      return `${node} does not run any more: ${message}`;
    case "stuck":
      return `${node} has not returned from process() for ${formatNs(Number(data.forNs))}` +
        (lane === undefined ? "" : `; nodes of lane "${lane}" wait`);
    case "activity":
      return `${node} ${activityWords(data.activity, links)}`;
    case "recorded":
      return `${node} has recorded ${data.path}`;
    case "custom":
      return `${node} tells ${JSON.stringify(data.name)}: ${JSON.stringify(data.data) ?? "nothing"}`;
  }
  return message;
}

function activityWords(activity: unknown, links: LinkNames): string {
  const { kind, on, name, forMs, input } = (activity ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "blocked":
      return on === "link"
        ? `waits for room on ${links.get(String(name)) ?? name}`
        : `waits for a free slot of pool "${name}"`;
    case "waiting":
      return `waits for a link to its input "${input}"`;
    case "stuck":
      return `has not returned from process() for ${formatNs(Number(forMs) * 1e6)}`;
    case "awaiting":
      return "waits for its asynchronous process()";
    case "idle":
      return "goes on, and waits for frames";
  }
  return "goes on";
}

function linkWords({ kind, message, data = {} }: ControlEvent, name: string): string {
  if (kind === "connected") return `${name} is connected`;
  if (kind === "removed") return `${name} is removed`;
  if (kind === "closed") {
    const lost = dropWords(data.dropped);
    return `${name} is closed: ${formatCount(Number(data.read))} read${lost && `, ${lost}`}`;
  }
  if (kind !== "dropping") return message;
  const newer = dropWords(data.sinceLast);
  const all = dropWords(data.dropped);
  const before = newer === all ? "" : ` since the last time; in all by then ${all}`;
  return `${name} begins to drop: ${newer}${before}`;
}

/** `5 full, 3 lane lost`; `""` for none. */
export function dropWords(counts: unknown): string {
  return Object.entries((counts ?? {}) as Readonly<Record<string, unknown>>)
    .filter(([, count]) => Number(count) > 0)
    .map(([reason, count]) => `${formatCount(Number(count))} ${DROPS[reason] ?? reason}`)
    .join(", ");
}

function editWords({ data = {} }: ControlEvent): string {
  const { actions, nodes, reason } = data;
  const named = Array.isArray(nodes) ? nodes.slice(0, MOST_NAMED) : [];
  const more = Array.isArray(nodes) ? nodes.length - named.length : 0;
  const about = named.length === 0 ? "" : `; ${list(named)}${more > 0 ? ` and ${more} more` : ""}`;
  const why = typeof reason === "string" ? `. ${reason}` : "";
  return `The graph was edited: ${list(actions)}${about}${why}`;
}

function laneWords({ kind, message, data = {} }: ControlEvent, lane: string): string {
  switch (kind) {
    case "started":
      return `Lane "${lane}" runs`;
    case "closed":
      return `Lane "${lane}" is closed`;
    case "replaced":
      return `Lane "${lane}" has a new thread, its number ${data.generation}, with ${list(data.nodes)}`;
    case "overflow":
      return `Lane "${lane}": ${formatCount(Number(data.lost))} events of its nodes were left out`;
    case "crashed":
    case "fenced":
      return `Lane "${lane}" ${kind === "crashed" ? "crashed" : "was cut off"}: ${message}`;
  }
  return message;
}

function runWords({ kind, message, data = {} }: ControlEvent): string {
  switch (kind) {
    case "started":
      return "The graph runs";
    case "paused":
      return "The graph is paused";
    case "resumed":
      return "The graph goes on";
    case "stopping":
      return "The graph stops";
    case "ended":
      return data.outcome === "failed" ? `The graph failed: ${message}` : `The graph has ended: ${data.outcome}`;
  }
  return message;
}

/** Ends of a link that the graph does not have any more, if the event tells them. */
function endsOf({ data }: ControlEvent): string | undefined {
  return data?.from === undefined || data.to === undefined ? undefined : `${data.from} → ${data.to}`;
}

function list(names: unknown): string {
  return Array.isArray(names) && names.length > 0 ? names.join(", ") : "nothing";
}
