/**
 * Recent events and log lines of a runtime, in bounded rings, and their listeners.
 *
 * @module
 */
import type { SerializedError } from "../../core/errors.ts";
import type { SluiceEvent } from "../../core/events/event.ts";
import { type LogEntry, tapLog } from "../../core/log.ts";
import { MAX_TRAVELLING_TEXT, plainFields } from "../../core/log/log_fields.ts";
import type { Runtime } from "../../core/runtime.ts";
import { sumDrops } from "../../core/stats.ts";
import type { ControlEvent, Level, LogLine } from "../schemas/feed.ts";

/** How many events are kept. */
const KEPT_EVENTS = 512;

/** How many log lines are kept for all nodes together. */
const KEPT_LINES = 2_000;

/** How many log lines of one node are kept, so that a talkative node does not hide the others and the runtime. */
const KEPT_LINES_OF_NODE = 200;

/** Hears of new events and lines. */
export interface FeedListener {
  event(event: ControlEvent): void;
  line(line: LogLine): void;
}

export class Feed implements Disposable {
  readonly #events: ControlEvent[] = [];
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<FeedListener>();
  readonly #ends: (() => void)[] = [];
  #eventSeq = 0;
  #lineSeq = 0;
  /** How many lines are kept by node; those of no node count under `undefined`, up to the limit for all. */
  readonly #linesOf = new Map<string | undefined, number>();

  constructor(runtime: Runtime) {
    const subscription = runtime.events.on("*", (event) => this.#takeEvent(event), { capacity: 4_096 });
    this.#ends.push(() => subscription[Symbol.dispose](), tapLog((entry) => this.#takeLine(entry)));
  }

  /** Recent events, oldest first. */
  get events(): readonly ControlEvent[] {
    return this.#events;
  }

  /** Recent lines, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Adds a listener. @returns a function that removes it */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends.splice(0)) end();
    this.#listeners.clear();
  }

  #takeEvent(event: SluiceEvent): void {
    if (event.group === "node" && event.kind === "log") {
      const { level, message, nodeId, fields } = event;
      return this.#takeLine({ timeMs: Date.now(), level, category: "node", nodeId, message, fields: { ...fields } });
    }
    const told = describeEvent(event, ++this.#eventSeq);
    this.#events.push(told);
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
    for (const listener of this.#listeners) listener.event(told);
  }

  #takeLine(entry: LogEntry): void {
    const { nodeId } = entry;
    const line: LogLine = { ...entry, seq: ++this.#lineSeq, message: entry.message.slice(0, MAX_TRAVELLING_TEXT) };
    if (entry.fields !== undefined) line.fields = plainFields(entry.fields);
    this.#lines.push(line);
    const ofNode = (this.#linesOf.get(nodeId) ?? 0) + 1;
    this.#linesOf.set(nodeId, ofNode);
    if (nodeId !== undefined && ofNode > KEPT_LINES_OF_NODE) {
      this.#drop(this.#lines.findIndex((each) => each.nodeId === nodeId));
    }
    if (this.#lines.length > KEPT_LINES) this.#drop(0);
    for (const listener of this.#listeners) listener.line(line);
  }

  #drop(at: number): void {
    const [{ nodeId }] = this.#lines.splice(at, 1);
    const left = this.#linesOf.get(nodeId)! - 1;
    if (left === 0) this.#linesOf.delete(nodeId);
    else this.#linesOf.set(nodeId, left);
  }
}

/** An event in its wire form. */
function describeEvent(event: SluiceEvent, seq: number): ControlEvent {
  const { group, kind, topic, sequence: _sequence, timeNs: _timeNs, ...rest } = event as SluiceEvent & {
    readonly nodeId?: string;
    readonly linkId?: string;
    readonly lane?: string;
    readonly message?: string;
    readonly error?: SerializedError;
  };
  const { nodeId, linkId, lane, message, error, ...data } = rest;
  const about = nodeId ?? linkId ?? lane ?? (group === "own" ? topic : group);
  return {
    seq,
    timeMs: Date.now(),
    topic,
    kind,
    level: levelOf(event),
    message: (error?.message ?? message ?? `${about}: ${describeKind(event)}`).slice(0, MAX_TRAVELLING_TEXT),
    ...(error !== undefined && { code: error.code ?? error.name }),
    ...(nodeId && { nodeId }),
    ...(linkId && { linkId }),
    ...(lane && { lane }),
    ...(Object.keys(data).length > 0 && { data: plainFields(data) }),
  };
}

function describeKind(event: SluiceEvent): string {
  if (event.group === "node" && event.kind === "state") return event.state;
  if (event.group === "node" && event.kind === "stuck") {
    return `stuck in process() for ${Math.round(event.forNs / 1e6)} ms`;
  }
  if (event.group === "node" && event.kind === "activity") {
    const { activity } = event;
    if (activity.kind === "blocked") return `blocked on ${activity.on} ${activity.name}`;
    if (activity.kind === "waiting") return `waiting for a link to ${activity.input}`;
    return activity.kind === "stuck" ? `stuck for ${activity.forMs} ms` : activity.kind;
  }
  if (event.group === "link" && event.kind === "dropping") return `dropping, ${sumDrops(event.sinceLast)} more`;
  return event.kind;
}

function levelOf(event: SluiceEvent): Level {
  const { kind } = event;
  if (["failed", "crashed", "error", "rejected"].includes(kind)) return "error";
  if ("outcome" in event && event.outcome === "failed") return "error";
  const warnings = ["stuck", "fenced", "replaced", "warning", "dropping", "restarting", "restarted", "disabled"];
  return warnings.includes(kind) ? "warn" : "info";
}
