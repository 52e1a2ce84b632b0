/**
 * Keeps commands from breaking what a running graph records. While a node that writes a file runs and has a link, it, the
 * nodes that its frames come from, and the links between them are locked: they stay, with their types, lanes and links, and get
 * live values alone. A paused graph has no locks.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { assertConfig } from "../../core/descriptor/config_check.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import type { NodeEntry } from "../../core/graph/entries.ts";
import { mayName } from "../../core/pipeline/policy_values.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type RuntimeView, viewRuntime } from "../../core/runtime_view.ts";
import type { Command } from "../schemas/commands.ts";

/** The state of a graph whose nodes are locked. */
const LOCKED_STATE = "running";

export class RecordingLock {
  readonly #runtime: Runtime;
  readonly #locksAll: boolean;

  /** @param locksAll true if no command may change anything */
  constructor(runtime: Runtime, locksAll = false) {
    this.#runtime = runtime;
    this.#locksAll = locksAll;
  }

  /** Refuses whatever may change a graph that is served with a lock. @throws {SluiceError} `Busy` */
  assertUnlocked(): void {
    if (this.#locksAll) throw servedLocked();
  }

  /** Refuses an action on a node, such as "restart", that would break a recording. @throws {SluiceError} `Busy` */
  assertNodeFree(action: string, node: string): void {
    this.assertUnlocked();
    const recorder = lockedNodes(viewRuntime(this.#runtime)).get(node);
    if (recorder !== undefined) throw locked(action, node, recorder);
  }

  /**
   * Refuses commands that would break a recording.
   *
   * @throws {SluiceError} `Busy`, with the reason; `InvalidConfig` for a wrong key or value, which no pause would mend
   */
  assertFree(commands: readonly Command[]): void {
    if (this.#locksAll && commands.some(({ op }) => op !== "place")) {
      throw servedLocked();
    }
    const view = viewRuntime(this.#runtime);
    const locks = lockedNodes(view);
    if (locks.size === 0) return;
    for (const command of commands) {
      const node = nodeOf(command, view);
      const recorder = node === undefined ? undefined : locks.get(node);
      if (recorder === undefined || isHarmless(command, view)) continue;
      if (command.op === "set") assertValues(command, view);
      throw locked(verbOf(command), node!, recorder);
    }
  }
}

/**
 * Returns the nodes that are locked, each with the node that records.
 *
 * @param view of the graph, in whatever state
 */
export function lockedNodes({ nodes, links, session }: RuntimeView): ReadonlyMap<string, string> {
  const locks = new Map<string, string>();
  if (session?.state !== LOCKED_STATE) return locks;
  const linksInto = Map.groupBy(links, ({ toNode }) => toNode);
  const isRecording = ({ id, type }: NodeEntry) =>
    session.nodeStates.get(id) === "running" && linksInto.has(id) && records(type.descriptor);
  for (const recorder of nodes.filter(isRecording)) {
    const reached = [recorder.id];
    // The loop also visits nodes that are added during it.
    for (const id of reached) {
      if (locks.has(id)) continue;
      locks.set(id, recorder.id);
      for (const { fromNode } of linksInto.get(id) ?? []) reached.push(fromNode);
    }
  }
  return locks;
}

/** True if nodes of a type write a file for as long as they run. */
export function records({ outputs, config }: NodeDescriptor): boolean {
  return outputs.length === 0 && mayName(config, "path");
}

/** Returns the node that a command changes, if it was there before. */
function nodeOf(command: Command, { links }: RuntimeView): string | undefined {
  switch (command.op) {
    case "disconnect": {
      const link = links.find(({ id, toNode, toPort }) => id === command.link || `${toNode}.${toPort}` === command.to);
      return link?.toNode;
    }
    case "connect":
      return command.to.split(".")[0];
    case "add":
      return undefined;
    default:
      return command.node;
  }
}

/** True for a command that leaves a node, its frames' format and its links as they are. */
function isHarmless(command: Command, { nodes }: RuntimeView): boolean {
  if (command.op === "place" || command.op === "command" || command.op === "bypass" || command.op === "addPort") {
    return true;
  }
  if (command.op !== "set") return false;
  const properties = nodes.find(({ id }) => id === command.node)?.type.descriptor.config.properties ?? {};
  return [...Object.keys(command.values), ...command.unset ?? []].every((key) => properties[key]?.["x-live"] === true);
}

/** @throws {SluiceError} `InvalidConfig` */
function assertValues({ node: id, values }: Extract<Command, { op: "set" }>, { nodes }: RuntimeView): void {
  const { type, config } = nodes.find((each) => each.id === id)!;
  assertConfig(type.descriptor, id, { ...config, ...values });
}

function servedLocked(): SluiceError {
  return new SluiceError("Busy", "Cannot change the graph: it is served with --lock");
}

function locked(action: string, node: string, recorder: string): SluiceError {
  const why = recorder === node ? `"${node}" records` : `"${recorder}" records what comes from "${node}"`;
  return new SluiceError("Busy", `Cannot ${action} "${node}": ${why}; pause or stop the graph first`, { nodeId: node });
}

function verbOf(command: Command): string {
  switch (command.op) {
    case "connect":
      return `connect ${command.from} to`;
    case "set":
      return `set ${Object.keys(command.values).join(", ")} of`;
    case "removePort":
      return "remove a port of";
    default:
      return command.op;
  }
}
