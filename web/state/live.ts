/**
 * The running graph as signals: what islands read. Readings come as often as {@linkcode STATS_HZ} says, and are shown
 * at most once a frame; no signal stands for a single figure.
 *
 * @module
 */
import { batch, computed, signal } from "@preact/signals";
import { type ConnectionStatus, ControlClient } from "../../control/client/client.ts";
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import type { GraphSnapshot, GraphState } from "../../control/schemas/graph.ts";
import { Freshness } from "../model/freshness.ts";
import type { GraphFigures } from "../model/graph_figures.ts";
import { HistoryBook } from "../model/history_book.ts";
import { LiveGraph, type LivePart } from "../model/live_graph.ts";

/** Readings a second while the page is seen, and while it is not. */
const STATS_HZ = 10;
const HIDDEN_STATS_HZ = 0.5;

/** How soon a hidden page takes up what has come, milliseconds. */
const HIDDEN_SHOW_MS = 500;

/** Time between two looks at whether readings still come, milliseconds. */
const LOOK_MS = 100;

/** Silence after which the client asks whether anybody is there, milliseconds: more than a hidden page's period. */
const SILENCE_MS = 3_000;

/** The same objects each time: the client compares what it follows. */
const EVERYTHING = { events: {}, logs: {} };

/** State of the connection. */
export const status = signal<ConnectionStatus>("connecting");

/** The newest graph; `undefined` before the first. */
export const graph = signal<GraphSnapshot | undefined>(undefined);

/** State of the graph by the newest reading. */
export const graphState = signal<GraphState | undefined>(undefined);

/** Whether the graph has ended: its server then ends, too. */
export const hasEnded = computed(() => ["completed", "stopped", "failed"].includes(graphState.value ?? ""));

/** For how many whole seconds the figures have been old, from 1 on; 0 while they are of now, and after the end. */
export const oldSeconds = signal(0);

/** Whether what is shown is of now: there is a connection, and readings come over it. */
export const isCurrent = computed(() => status.value === "open" && oldSeconds.value === 0);

/** Figures of {@linkcode graph}: another object for each version; read {@linkcode reading} to follow what is in it. */
export const figures = signal<GraphFigures | undefined>(undefined);

/** Goes up with each reading that is shown. */
export const reading = signal(0);

/** Another number whenever a condition is another, which most readings do not change. */
export const conditions = signal(0);

/** Events of this run, oldest first. */
export const events = signal<readonly ControlEvent[]>([]);

/** Log lines of this run, oldest first. */
export const lines = signal<readonly LogLine[]>([]);

/** What the client could not understand last. */
export const problem = signal<Error | undefined>(undefined);

/** How often the runtime was restarted since the page was opened. */
export const restarts = signal(0);

/** The number of the session whose graph is shown, which stands in the address; `undefined`: the graph of the process. */
export const shownSession: number | undefined = readSession();

/** The connection of this page; its cookie, if a token is wanted, is sent by the browser. */
export const client: ControlClient = new ControlClient({ url: rpcUrl(), silenceMs: SILENCE_MS });

/** Histories of nodes and links; also of the time while the page was hidden. */
export const historyBook: HistoryBook = new HistoryBook();

const live = new LiveGraph(client, take);
const freshness = new Freshness(1_000 / STATS_HZ, performance.now());
let showing = false;
const dirty = new Set<LivePart>();

watch();
document.addEventListener("visibilitychange", watch);
setInterval(look, LOOK_MS);

/** Asks for the graph again. */
export function refreshGraph(): void {
  live.refresh();
}

/** Somebody has seen what a link dropped: its label tells only what comes from now on. */
export function acknowledgeDrops(link: number): void {
  live.figures?.acknowledgeDrops(link);
  reading.value++;
}

/** A hidden page goes on with fewer readings, so that its history has no hole, and costs next to nothing. */
function watch(): void {
  // A frame that was waited for when the page was hidden does not come.
  if (showing && document.hidden) schedule();
  const statsHz = document.hidden ? HIDDEN_STATS_HZ : STATS_HZ;
  freshness.expect(1_000 / statsHz, performance.now());
  client.watch({ statsHz, ...EVERYTHING });
}

/** Tells old figures from those of now. */
function look(): void {
  const oldMs = live.figures?.frame === undefined || hasEnded.peek() ? 0 : freshness.oldForMs(performance.now());
  oldSeconds.value = Math.ceil(oldMs / 1_000);
}

function take(part: LivePart): void {
  dirty.add(part);
  if (part === "figures") {
    freshness.heard(performance.now());
    oldSeconds.value = 0;
    historyBook.take(live.figures!);
  }
  if (showing) return;
  showing = true;
  schedule();
}

/** No frame comes while the page is hidden; its title is to follow all the same. */
function schedule(): void {
  if (document.hidden) setTimeout(show, HIDDEN_SHOW_MS);
  else requestAnimationFrame(show);
}

function show(): void {
  if (!showing) return;
  showing = false;
  // Applied together, so that the figures of one graph never appear beside another.
  batch(showNewest);
  dirty.clear();
}

function showNewest(): void {
  status.value = live.status;
  problem.value = live.problem;
  restarts.value = live.restarts;
  graph.value = live.graph;
  figures.value = live.figures;
  graphState.value = live.state;
  events.value = live.events;
  lines.value = live.lines;
  conditions.value = live.figures?.changes ?? 0;
  if (dirty.has("figures")) reading.value++;
}

function readSession(): number | undefined {
  const text = new URLSearchParams(location.search).get("session");
  return text === null ? undefined : Number(text);
}

function rpcUrl(): string {
  const url = new URL("/rpc", location.href);
  if (shownSession !== undefined) url.searchParams.set("session", `${shownSession}`);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
