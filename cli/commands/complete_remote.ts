/**
 * What can come in a command line about a running graph: ids, ports, parameters and node types, as the graph has them.
 *
 * @module
 */
import { DEFAULT_PORT } from "../../control/schemas/address.ts";
import { GraphSnapshot, NodeTypeInfo } from "../../control/schemas/graph.ts";
import { z } from "../../control/schemas/zod.ts";
import { optionsWithValue } from "../args.ts";
import type { Completion } from "../expression/completion.ts";
import { readToken } from "./serve_command.ts";

/** How long a server may take, milliseconds: a person waits at the prompt. */
const TIMEOUT_MS = 1_000;

/** Reads from the server. */
type Read = <T>(path: string, schema: z.ZodType<T>) => Promise<T>;

/** Completes the words of a command, of which `count` stand before the one that is begun. */
type Complete = (read: Read, count: number) => Promise<readonly Completion[]>;

const COMMANDS: { readonly [command: string]: Complete } = {
  set: async (read) => {
    const [{ nodes }, types] = [await readGraph(read), await readTypes(read)];
    return nodes.flatMap(({ id, type }) => {
      const { properties = {} } = types.find((each) => each.type === type)?.config ?? {};
      return Object.entries(properties).map(([key, { description = "" }]) => word(`${id}.${key}=`, description));
    });
  },
  add: async (read, count) =>
    count > 0 ? [] : (await readTypes(read)).map(({ type, description }) => word(type, description)),
  remove: ids,
  replace: async (read, count) => {
    if (count > 1) return [];
    return count === 0
      ? await ids(read)
      : (await readTypes(read)).map(({ type, description }) => word(type, description));
  },
  move: async (read, count) => {
    if (count === 0) return await ids(read);
    return count > 1 ? [] : (await readGraph(read)).lanes.map(({ name }) => word(name, ""));
  },
  bypass: async (read, count) => count > 0 ? [] : await ids(read),
  rename: async (read, count) => count > 0 ? [] : await ids(read),
  restart: async (read, count) => count > 0 ? [] : await ids(read),
  logs: async (read, count) => count > 0 ? [] : await ids(read),
  connect: async (read, count) => {
    const { nodes } = await readGraph(read);
    const side = count === 0 ? "outputs" : "inputs";
    return count > 1
      ? []
      : nodes.flatMap((node) => node[side].map(({ name, type }) => word(`${node.id}.${name}`, type)));
  },
  disconnect: async (read) => {
    const { links } = await readGraph(read);
    return links.map(({ fromNode, fromPort, toNode, toPort }) =>
      word(`${toNode}.${toPort}`, `from ${fromNode}.${fromPort}`)
    );
  },
  tap: async (read, count) => {
    if (count > 0) return [];
    const { nodes, links } = await readGraph(read);
    const outputs = nodes.flatMap(({ id, outputs }) => outputs.map(({ name, type }) => word(`${id}.${name}`, type)));
    return [...outputs, ...links.map(({ id, fromNode, toNode }) => word(id, `${fromNode} to ${toNode}`))];
  },
};

/**
 * Completes a word.
 *
 * @param words of the command line, without the program's name; the last one is begun
 * @returns `undefined` for another command, the value of an option, or if no server answers in time
 */
export async function completeRemote(words: readonly string[]): Promise<readonly Completion[] | undefined> {
  const [command, ...others] = words;
  if (!Object.hasOwn(COMMANDS, command)) return undefined;
  const begun = others.at(-1) ?? "";
  const withValue = optionsWithValue(command);
  if (begun.startsWith("-") || withValue.has(others.at(-2) ?? "")) return undefined;
  const at = others[others.indexOf("--at") + 1];
  const url = others.includes("--at") ? at : `http://127.0.0.1:${DEFAULT_PORT}`;
  const count =
    others.slice(0, -1).filter((each, k) => !each.startsWith("-") && !withValue.has(others[k - 1] ?? "")).length;
  try {
    const all = await COMMANDS[command](reader(url), count);
    return all.filter(({ text }) => text.startsWith(begun));
  } catch {
    return undefined;
  }
}

function reader(base: string): Read {
  const token = readToken();
  return async (path, schema) => {
    const response = await fetch(new URL(path, /^https?:/.test(base) ? base : `http://${base}`), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return schema.parse(await response.json());
  };
}

async function ids(read: Read): Promise<readonly Completion[]> {
  return (await readGraph(read)).nodes.map(({ id, type }) => word(id, type));
}

function readGraph(read: Read): Promise<GraphSnapshot> {
  return read("/api/graph", GraphSnapshot);
}

function readTypes(read: Read): Promise<NodeTypeInfo[]> {
  return read("/api/types", z.array(NodeTypeInfo));
}

function word(text: string, description: string): Completion {
  return { text, description };
}
