/**
 * The command log of a runtime: every change from outside is a transaction of commands, which is one edit of the graph.
 * The log has the graph document after each, and goes back and forth between documents by the least edit.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { describeThrown } from "../../core/errors/thrown.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import type { NodeId } from "../../core/ids.ts";
import type { GraphEdit } from "../../core/live/graph_edit.ts";
import type { PlannedEdit } from "../../core/live/planned_edit.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { Command, CommandResult, LogEntry, Plan } from "../schemas/commands.ts";
import { applyCommand } from "./apply_command.ts";
import { describeApply, describeCommand, describeCommands } from "./describe_command.ts";
import { isSameGraph } from "./documents.ts";
import { leastEdit } from "./least_edit.ts";
import { LinkDates } from "./link_dates.ts";
import { RecordingLock } from "./recording_lock.ts";
import { Timeline } from "./timeline.ts";
import { portFinder, recorderTypes } from "./type_facts.ts";

/** Most entries that a log keeps. */
const MAX_ENTRIES = 1_000;

/** Changes of one parameter by one client within this time are one entry, milliseconds. */
const COALESCE_MS = 1_000;

/** Most nodes whose states are held for their return. */
const MAX_STATES = 1_000;

/** The effects of commands that are refused. */
const NO_EFFECT: PlannedEdit = {
  added: [],
  removed: [],
  replaced: [],
  moved: [],
  changed: [],
  configured: [],
  linked: [],
  unlinked: [],
};

/** An entry before it has its number and its time. */
type Draft = Omit<LogEntry, "seq" | "at" | "commands"> & { readonly commands: readonly Command[] };

/** An entry of an earlier process, to be repeated. */
export type PastEntry = Pick<Draft, "kind" | "commands" | "by"> & Pick<LogEntry, "seq" | "at" | "to"> & {
  /** The graph that it led to, where its commands do not lead there. */
  readonly document?: GraphFile;
};

/** How an edit is made. */
interface Way {
  /** True if nodes come back with the states that they left with. */
  readonly returns?: boolean;
  /** Index of the step that it leads to. */
  readonly to?: number;
}

/** The newest change of a live parameter, to which further ones are joined. */
interface LastSet {
  readonly by: string;
  readonly node: string;
  readonly key: string;
  readonly atMs: number;
}

/** Receives each entry, and the document after it. */
export type EntrySink = (entry: LogEntry, document: GraphFile) => void;

/** The log of one runtime's graph. */
export class CommandLog implements Disposable {
  readonly #runtime: Runtime;
  readonly #sinks = new Set<EntrySink>();
  readonly #entries: LogEntry[] = [];
  readonly #dates: LinkDates;
  readonly #events: Disposable;
  readonly #timeline: Timeline;
  /** Keeps changes off a recording; `--lock` locks all. */
  readonly lock: RecordingLock;
  #seq = 0;
  /** The time of entries that are repeated. */
  #then: string | undefined;
  #lastSet: LastSet | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  /** The states of nodes that have left, by {@linkcode stateKey}. */
  readonly #states = new Map<string, unknown>();

  /**
   * Begins with the present graph.
   *
   * @param locksAll true if no command may change anything
   */
  constructor(runtime: Runtime, locksAll = false) {
    this.#runtime = runtime;
    this.lock = new RecordingLock(runtime, locksAll);
    this.#timeline = new Timeline(runtime.graph());
    this.#dates = new LinkDates(runtime);
    this.#events = runtime.events.on("graph", () => this.#underWay === 0 && this.#noteOthers());
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]();
  }

  /** The entries, oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The graph after the newest entry. */
  get document(): GraphFile {
    return this.#timeline.document;
  }

  /** The titles of the steps that {@linkcode undo} and {@linkcode redo} would take. */
  get next(): { readonly undo?: string; readonly redo?: string } {
    const { last, next } = this.#timeline;
    return { ...(last && { undo: last.title }), ...(next && { redo: next.title }) };
  }

  /** Calls a function with each entry from now on. */
  follow(sink: EntrySink): Disposable {
    this.#sinks.add(sink);
    return { [Symbol.dispose]: () => void this.#sinks.delete(sink) };
  }

  /**
   * Carries commands out, all or none.
   *
   * @param given the commands, or a function that returns them, called when the changes before them are made
   * @param by who asks
   * @param asked the commands as the title describes them, if it is other words than those of `given`
   * @throws the errors of `runtime.edit()`, after which the log has an entry with the reason
   */
  transact(
    given: readonly Command[] | (() => readonly Command[]),
    by: string,
    asked?: readonly Command[],
  ): Promise<LogEntry> {
    return this.#inTurn(async () => {
      this.#noteOthers();
      const commands = typeof given === "function" ? given() : given;
      return await this.#edit({ kind: "edit", title: describeCommands(asked ?? commands), commands, by });
    });
  }

  /**
   * Changes one parameter. A live one of a running graph is changed without an edit, and changes in quick succession by
   * one client are one entry.
   *
   * @param given the value, or a function that returns it, called when the changes before it are made
   * @throws the errors of `runtime.setConfig()` and `runtime.edit()`
   */
  set(node: string, key: string, given: unknown, by: string): Promise<void> {
    return this.#inTurn(async () => {
      const value = typeof given === "function" ? given() : given;
      const entry = viewRuntime(this.#runtime).nodes.find(({ id }) => id === node);
      const command = { op: "set", node, values: { [key]: value } } as Command;
      if (this.#runtime.running && entry?.type.descriptor.config.properties[key]?.["x-live"] !== true) {
        this.#noteOthers();
        await this.#edit({ kind: "edit", title: describeCommand(command), commands: [command], by });
        return;
      }
      this.lock.assertFree([command]);
      await this.#runtime.setConfig(node, key, value);
      const { document } = this;
      if (!Object.hasOwn(document.nodes, node)) return this.#noteOthers();
      const config = { ...document.nodes[node].config, [key]: structuredClone(entry!.config[key]) };
      const after = { ...document, nodes: { ...document.nodes, [node]: { ...document.nodes[node], config } } };
      this.#noteSet({ by, node, key, atMs: performance.now() }, command, after);
    });
  }

  /**
   * Changes the graph to a document.
   *
   * @param document as `runtime.graph()` gives it
   * @throws the errors of `runtime.edit()`; {@linkcode SluiceError} `Busy` for a difference that no edit makes
   */
  apply(document: GraphFile, by: string): Promise<LogEntry> {
    return this.#inTurn(async () => {
      this.#noteOthers();
      const commands = this.#leadingTo(document);
      return await this.#edit({ kind: "apply", title: describeApply(commands), commands, by }, { returns: true });
    });
  }

  /**
   * Starts the graph once the changes before it are made.
   *
   * @throws the errors of `runtime.start()`
   */
  start(options: { readonly resume?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => void await this.#runtime.start(options));
  }

  /** Goes to the graph before the last step. @throws {SluiceError} `Busy` if there is none */
  undo(by: string): Promise<LogEntry> {
    return this.#inTurn(() => {
      this.#noteOthers();
      const { last, at } = this.#timeline;
      if (last === undefined) {
        throw new SluiceError("Busy", "Cannot undo: nothing has been changed since the log began");
      }
      return this.#goTo(at - 1, { kind: "undo", title: `undo: ${last.title}`, by });
    });
  }

  /** Goes to the graph after the step that was undone last. @throws {SluiceError} `Busy` if there is none */
  redo(by: string): Promise<LogEntry> {
    return this.#inTurn(() => {
      this.#noteOthers();
      const { next, at } = this.#timeline;
      if (next === undefined) throw new SluiceError("Busy", "Cannot redo: nothing was undone since the last change");
      return this.#goTo(at + 1, { kind: "redo", title: `redo: ${next.title}`, by });
    });
  }

  /**
   * Goes to the graph after an entry.
   *
   * @param seq of the entry; 0: the graph when the log began
   * @param force whether to go although others have changed the graph since
   * @throws {SluiceError} `InvalidConfig` for an entry that the log no longer has, or that changed nothing; `Busy` with
   * the changes of others unless `force`
   */
  back(seq: number, by: string, force = false): Promise<LogEntry> {
    return this.#inTurn(() => {
      this.#noteOthers();
      const { steps } = this.#timeline;
      const index = steps.findIndex((step) => step.seq === seq);
      if (index < 0) {
        const known = steps.map((step) => step.seq);
        throw new SluiceError(
          "InvalidConfig",
          `Cannot go back to entry ${seq}: it changed nothing, or is too old; wanted one of ${
            known.slice(-20).join(", ")
          }`,
          { key: "to" },
        );
      }
      const others = this.#entries.filter((entry) => entry.seq > seq && entry.by !== by && entry.error === undefined);
      if (others.length > 0 && !force) {
        const told = others.map((entry) => `${entry.seq} ${entry.title} (${entry.by})`).slice(0, 10).join("; ");
        throw new SluiceError(
          "Busy",
          `Cannot go back to entry ${seq}: others have changed the graph since: ${told}; ` +
            "say force to undo that too",
        );
      }
      return this.#goTo(index, { kind: "back", title: `back to ${seq}: ${steps[index].title}`, by, to: seq });
    });
  }

  /** Says what commands, or going to a document, would do. Changes nothing. */
  plan(wanted: { readonly commands: readonly Command[] } | { readonly document: GraphFile }): Plan {
    let commands: readonly Command[] = "commands" in wanted ? wanted.commands : [];
    try {
      if ("document" in wanted) commands = this.#leadingTo(wanted.document);
      this.lock.assertFree(commands);
      const planned = this.#runtime.plan((edit) => {
        edit.carryStates(new Map(), undefined);
        this.#applyAll(edit, commands, "document" in wanted);
      });
      return { commands: commands as Plan["commands"], ...planned };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return {
        commands: commands as Plan["commands"],
        ...NO_EFFECT,
        refused: { code: error.code, message: error.message },
      };
    }
  }

  /** Makes another graph the one that the log begins with. Only for a log without entries. */
  begin(document: GraphFile): Promise<void> {
    return this.#inTurn(async () => {
      const commands = this.#leadingTo(document);
      await this.#runtime.edit((edit) => void this.#applyAll(edit, commands, true));
      this.#timeline.amend(this.#runtime.graph());
    });
  }

  /** Replays an entry of an earlier process with its original timestamp. */
  async repeat(entry: PastEntry): Promise<void> {
    const { kind, commands, by, to = 0, document } = entry;
    this.#then = entry.at;
    this.#seq = entry.seq - 1;
    try {
      if (kind === "undo") await this.undo(by);
      else if (kind === "redo") await this.redo(by);
      else if (kind === "back") await this.back(to, by, true);
      else if (document !== undefined) await this.#script(document);
      else await this.#repeatCommands(kind, commands, by);
    } finally {
      this.#then = undefined;
    }
  }

  #repeatCommands(kind: LogEntry["kind"], commands: readonly Command[], by: string): Promise<LogEntry> {
    // Nodes that do not run take no commands of their own.
    const edits = commands.filter(({ op }) => op !== "command");
    const isApply = kind === "apply";
    const title = isApply ? describeApply(commands) : describeCommands(commands);
    return this.#inTurn(() => this.#edit({ kind, title, commands: edits, by }, { returns: isApply }));
  }

  #script(document: GraphFile): Promise<void> {
    return this.#inTurn(async () => {
      const commands = this.#leadingTo(document);
      await this.#runtime.edit((edit) => void this.#applyAll(edit, commands, true));
      this.#noteOthers();
    });
  }

  #inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const done = this.#queue.then(async () => {
      await started(this.#runtime);
      this.#underWay++;
      try {
        return await work();
      } finally {
        this.#underWay--;
      }
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  #goTo(to: number, draft: Pick<LogEntry, "kind" | "title" | "by" | "to">): Promise<LogEntry> {
    const commands = this.#leadingTo(this.#timeline.steps[to].document);
    return this.#edit({ ...draft, commands }, { returns: true, to });
  }

  /** @returns the commands from the present graph to another */
  #leadingTo(document: GraphFile): Command[] {
    return leastEdit(this.document, document, portFinder(this.#runtime));
  }

  /** Makes an edit, and notes what came of it. */
  async #edit(draft: Pick<Draft, "kind" | "title" | "commands" | "by" | "to">, way: Way = {}): Promise<LogEntry> {
    const { commands, by } = draft;
    const { returns = false, to } = way;
    this.#lastSet = undefined;
    const notes = returns ? this.#notesOn(commands) : [];
    let results: CommandResult[] = [];
    try {
      if (this.#then === undefined) this.lock.assertFree(commands);
      await this.#runtime.edit((edit) => {
        const left = (gone: { node: NodeId; state?: unknown }) => this.#hold(gone.node, gone.state);
        edit.carryStates(returns ? this.#statesFor(commands) : undefined, left);
        results = this.#applyAll(edit, commands, returns);
      }, { by });
      await this.#giveCommands(commands, results);
    } catch (thrown) {
      const error = describeThrown(thrown).message;
      const present = this.#runtime.graph();
      if (isSameGraph(this.document, present)) this.#enter({ ...draft, results: [], notes: [], error });
      else this.#note({ ...draft, results, notes, error }, present, to);
      throw thrown;
    }
    return this.#note({ ...draft, results, notes }, this.#runtime.graph(), to);
  }

  #applyAll(edit: GraphEdit, commands: readonly Command[], leadsToDocument: boolean): CommandResult[] {
    return commands.map((command) => {
      try {
        return applyCommand(edit, command);
      } catch (error) {
        // A converter goes with its link.
        if (leadsToDocument && command.op === "remove" && isNotFound(error)) return {};
        throw error;
      }
    });
  }

  /** Gives nodes their own commands, in turn. */
  async #giveCommands(commands: readonly Command[], results: CommandResult[]): Promise<void> {
    for (const [index, command] of commands.entries()) {
      if (command.op !== "command") continue;
      const answer = await this.#runtime.command(command.node, command.name, command.args);
      results[index] = { answer: (answer ?? null) as CommandResult["answer"] };
    }
  }

  /** Lists what undo cannot restore. */
  #notesOn(commands: readonly Command[]): string[] {
    const recorders = recorderTypes(this.#runtime);
    return commands.flatMap((command) => {
      if (command.op !== "add" || !recorders.has(command.type)) return [];
      return [`"${command.id}" begins a new file: what it wrote before is finished`];
    });
  }

  #statesFor(commands: readonly Command[]): Map<NodeId, unknown> {
    const states = new Map<NodeId, unknown>();
    for (const command of commands) {
      if (command.op !== "add" && command.op !== "replace") continue;
      const id = command.op === "add" ? command.id : command.node;
      const state = id === undefined ? undefined : this.#states.get(stateKey(id, command.type));
      if (state !== undefined) states.set(id as NodeId, state);
    }
    return states;
  }

  #hold(node: string, state: unknown): void {
    const type = Object.hasOwn(this.document.nodes, node) ? this.document.nodes[node].type : undefined;
    if (type === undefined || state === undefined) return;
    const key = stateKey(node, type);
    this.#states.delete(key);
    this.#states.set(key, state);
    if (this.#states.size > MAX_STATES) this.#states.delete(this.#states.keys().next().value!);
  }

  /** Notes edits that came from elsewhere: those of the script, and moves by the runtime. */
  #noteOthers(): void {
    const present = this.#runtime.graph();
    if (isSameGraph(this.document, present)) return;
    this.#lastSet = undefined;
    const draft = { kind: "script", title: "an edit of the script", by: "script" } as const;
    this.#note({ ...draft, commands: [], results: [], notes: [] }, present);
  }

  #noteSet(set: LastSet, command: Command, document: GraphFile): void {
    const last = this.#lastSet;
    const joins = last !== undefined && last.by === set.by && last.node === set.node && last.key === set.key &&
      set.atMs - last.atMs < COALESCE_MS;
    this.#lastSet = set;
    const title = describeCommand(command);
    if (!joins) {
      this.#note({ kind: "edit", title, by: set.by, commands: [command], results: [{}], notes: [] }, document);
      return;
    }
    this.#timeline.amend(document, title);
    const commands = [command] as LogEntry["commands"];
    const entry = { ...this.#entries.at(-1)!, at: this.#now(), title, commands };
    this.#entries[this.#entries.length - 1] = entry;
    this.#tell(entry);
  }

  /** Adds an entry about a change. @param to index of the step that it has led to, if that was there before */
  #note(draft: Draft, present: GraphFile, to?: number): LogEntry {
    this.#dates.look();
    const results = this.#dates.describe(draft.results);
    if (to !== undefined) this.#timeline.moveTo(to, present);
    // Commands of nodes, and values that are there already, leave the graph as it is: there is nothing to go back to.
    else if (!isSameGraph(this.document, present)) {
      this.#timeline.push(present, this.#seq + 1, draft.title);
    }
    return this.#enter({ ...draft, results });
  }

  #enter(draft: Draft): LogEntry {
    const commands = [...draft.commands] as LogEntry["commands"];
    const entry: LogEntry = { ...draft, commands, seq: ++this.#seq, at: this.#now() };
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    this.#tell(entry);
    return entry;
  }

  #now(): string {
    return this.#then ?? new Date().toISOString();
  }

  #tell(entry: LogEntry): void {
    for (const sink of this.#sinks) sink(entry, this.document);
  }
}

/** Waits while a graph starts: it takes no edit until it runs. */
export async function started(runtime: Runtime): Promise<void> {
  const isStarting = () => viewRuntime(runtime).session?.state === "starting";
  if (!isStarting()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _events = runtime.events.on("runtime", () => isStarting() || resolve());
  runtime.finished.catch(() => {}).finally(resolve);
  await promise;
}

/** A node of another type does not know the state. */
function stateKey(node: string, type: string): string {
  return `${type} ${node}`;
}

function isNotFound(error: unknown): boolean {
  return error instanceof SluiceError && error.code === "NodeNotFound";
}
