/**
 * The methods that change a graph by its command log.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { CommandAccess } from "../commands/command_access.ts";
import type { CommandLog } from "../commands/command_log.ts";
import { splitEntry } from "../commands/config_entries.ts";
import type { GraphStore } from "../commands/graph_store.ts";
import { normalDocument } from "../commands/normal_document.ts";
import { stateOf } from "./run_methods.ts";
import { configOf, findNode } from "../answers/snapshot.ts";
import type { Handlers } from "../answers/rpc.ts";
import type { Command } from "../schemas/commands.ts";

/** What a connection needs to change a graph. */
export interface GraphEditing {
  readonly runtime: Runtime;
  /** The log of the runtime, made when it is first wanted. */
  readonly log: () => CommandLog;
  readonly access: CommandAccess;
  readonly store: GraphStore;
}

type GraphMethod =
  | "graph.edit"
  | "graph.plan"
  | "graph.apply"
  | "graph.undo"
  | "graph.redo"
  | "graph.back"
  | "graph.log"
  | "graph.document"
  | "graph.save"
  | "graph.start"
  | "node.setConfig"
  | "node.bypass";

/** Makes the handlers. */
export function graphMethods({ runtime, log, access, store }: GraphEditing): Pick<Handlers, GraphMethod> {
  const wanted = async (given: object) => {
    access.given(given);
    const { document } = log();
    return access.document(await normalDocument(given, document, runtime), document);
  };
  return {
    "graph.edit": async ({ commands, by }) => await log().transact(() => access.admit(commands), by, commands),
    "graph.plan": async ({ commands, document }) => {
      if ((commands === undefined) === (document === undefined)) {
        throw new SluiceError("InvalidConfig", 'Cannot plan: wanted either "commands" or "document"');
      }
      return log().plan(commands ? { commands: access.admit(commands) } : { document: await wanted(document!) });
    },
    "graph.apply": async ({ document, by }) => await log().apply(await wanted(document), by),
    "graph.undo": async ({ by }) => await log().undo(by),
    "graph.redo": async ({ by }) => await log().redo(by),
    "graph.back": async ({ to, by, force }) => await log().back(to, by, force),
    "graph.log": ({ after }) => {
      const { entries, next } = log();
      return { entries: entries.filter(({ seq }) => seq > after), ...next, unsaved: store.unsaved(log()) };
    },
    "graph.document": () => ({ ...runtime.graph() }),
    "graph.save": async ({ path, force }) => {
      const saved = await store.save(path === undefined ? undefined : access.path(path), force);
      store.noteSaved(log());
      if (store.file !== undefined) access.keep(store.file);
      return { path: saved };
    },
    "graph.start": async ({ resume }) => {
      await log().start({ resume });
      return { state: stateOf(runtime) };
    },
    "node.setConfig": async ({ node, key: name, value, by }) => {
      const set = { op: "set", node, values: { [name]: value } } as Extract<Command, { op: "set" }>;
      const key = keyOf(runtime, node, name);
      await log().set(node, key, () => (access.admit([set])[0] as typeof set).values[key], by);
      return { value: configOf(findNode(viewRuntime(runtime), node))[key] };
    },
    "node.bypass": async ({ node, on, by }) => {
      await log().transact([{ op: "bypass", node, on }], by);
      return {};
    },
  };
}

/** Returns the key that a value of a node is of, where its name may be that of an entry. */
export function keyOf(runtime: Runtime, node: string, name: string): string {
  const type = viewRuntime(runtime).nodes.find(({ id }) => id === node)?.type;
  return type === undefined ? name : splitEntry(type.descriptor.config, name)[0];
}
