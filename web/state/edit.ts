/**
 * Changes of the graph by a person, each a transaction of the command log. A refusal is shown where it happened.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { Command, LogEntry } from "../../control/schemas/commands.ts";
import type { MethodResult } from "../../control/schemas/methods.ts";
import type { Point } from "../model/geometry.ts";
import { question, tell } from "./commands.ts";
import { client, graph, status } from "./live.ts";
import { select } from "./place.ts";

/** Name of the page in the log. */
export const BY = "page";

/** How long an edit may take, milliseconds: ticks under way end first, and new nodes set themselves up. */
export const EDIT_TIMEOUT_MS = 30_000;

/** How long the graph may take to show what an edit has made, milliseconds. */
const SHOWN_MS = 5_000;

/** Where a change was asked for: at a node, a link, or a point of the world. */
export interface Spot {
  readonly node?: string;
  readonly link?: string;
  readonly at?: Point;
}

/** A change that was refused. */
export interface Refusal extends Spot {
  readonly text: string;
  /** A change that would not be refused. */
  readonly offer?: { readonly words: string; act(): void };
}

/** The log, and the names of the steps that an undo and a redo would take. */
export type Steps = MethodResult<"graph.log">;

/** Entries that are shown: as many as the log keeps. */
const MAX_ENTRIES = 1_000;

/** Time between two looks at the log, milliseconds. */
const STEPS_MS = 1_000;

let knownRun: string | undefined;

/** The newest refusal; `undefined` once it has been read, or something else was done. */
export const refusal = signal<Refusal | undefined>(undefined);

/** The log of changes. */
export const steps = signal<Steps>({ entries: [], unsaved: 0 });

/** A change is under way. */
export const editing = signal(false);

// Another version of the graph tells of an edit; live values make entries without one.
effect(() => {
  graph.value?.version;
  graph.value?.run;
  if (status.value !== "open") return;
  void readSteps();
  const timer = setInterval(() => document.hidden || void readSteps(), STEPS_MS);
  return () => clearInterval(timer);
});

/** Asks for the log since the newest entry that is known, which further changes of a value may have joined. */
export async function readSteps(): Promise<void> {
  const run = graph.peek()?.run;
  const known = run === knownRun ? steps.peek().entries.slice(0, -1) : [];
  try {
    const news = await client.call("graph.log", { after: known.at(-1)?.seq ?? 0 });
    const isSame = run === knownRun && JSON.stringify({ ...steps.peek(), entries: [] }) ===
        JSON.stringify({ ...news, entries: [] }) &&
      JSON.stringify(steps.peek().entries.slice(-1)) === JSON.stringify(news.entries);
    knownRun = run;
    if (isSame) return;
    steps.value = { ...news, entries: [...known, ...news.entries].slice(-MAX_ENTRIES) };
  } catch {
    // A session has no log, and a lost connection is reported elsewhere.
  }
}

/** Carries commands out in one step. @returns the entry, or why it was refused */
export async function tryEdit(commands: Command[]): Promise<LogEntry | string> {
  return await step(() => client.call("graph.edit", { commands, by: BY }, EDIT_TIMEOUT_MS));
}

/** Carries commands out in one step; a refusal is shown where they were asked for. */
export async function edit(commands: Command[], spot: Spot = {}): Promise<LogEntry | undefined> {
  const done = await tryEdit(commands);
  if (typeof done !== "string") return done;
  refuse({ ...spot, text: done });
  return undefined;
}

/** Asks whether the runtime would take commands. */
export async function wouldTake(commands: Command[]): Promise<boolean> {
  return await whyNot(commands) === "";
}

/** Asks why the runtime would refuse commands. @returns "" if it would not */
export async function whyNot(commands: Command[]): Promise<string> {
  try {
    return (await client.call("graph.plan", { commands })).refused?.message ?? "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Shows a refusal: at its place in the graph, or without one as a notice. */
export function refuse(refused: Refusal): void {
  if (refused.node === undefined && refused.link === undefined && refused.at === undefined) tell(refused.text);
  else refusal.value = refused;
}

/** Goes to the graph before the last change. */
export async function undo(): Promise<void> {
  const done = await step(() => client.call("graph.undo", { by: BY }, EDIT_TIMEOUT_MS));
  tell(typeof done === "string" ? done : done.title, typeof done !== "string");
}

/** Takes the last undo back. */
export async function redo(): Promise<void> {
  const done = await step(() => client.call("graph.redo", { by: BY }, EDIT_TIMEOUT_MS));
  tell(typeof done === "string" ? done : done.title, typeof done !== "string");
}

/** Goes to the graph after an entry of the log; asks first if that undoes changes of others. */
export async function goBack(to: number, force = false): Promise<void> {
  const done = await step(() => client.call("graph.back", { to, by: BY, force }, EDIT_TIMEOUT_MS));
  if (typeof done !== "string") return tell(done.title, true);
  const others = steps.peek().entries.filter(({ seq, by, error }) => seq > to && by !== BY && error === undefined);
  if (force || others.length === 0) return tell(done);
  question.value = {
    title: "Undo what others did, too?",
    text: others.map(({ seq, title, by }) => `${seq} ${title} (${by})`).join("\n"),
    yes: "Go back all the same",
    no: "Leave it",
    act: () => void goBack(to, true),
  };
}

/** Calls a function once the graph has these nodes. */
export function onceThere(ids: readonly string[], then: () => void): void {
  const untilMs = performance.now() + SHOWN_MS;
  const stop = effect(() => {
    const there = new Set(graph.value?.nodes.map(({ id }) => id));
    const isThere = ids.every((id) => there.has(id));
    if (!isThere && performance.now() < untilMs) return;
    queueMicrotask(() => {
      stop();
      if (isThere) then();
    });
  });
}

/** Selects the nodes of an entry's first `add` once the graph has them. */
export function selectMade(entry: LogEntry): void {
  const made = entry.results.flatMap(({ node }) => node ?? []);
  if (made.length > 0) onceThere(made, () => select({ kind: "node", id: made[0] }));
}

async function step(call: () => Promise<LogEntry>): Promise<LogEntry | string> {
  refusal.value = undefined;
  editing.value = true;
  try {
    const entry = await call();
    if (entry.notes.length > 0) tell(entry.notes.join("; "));
    return entry;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    editing.value = false;
    void readSteps();
  }
}
