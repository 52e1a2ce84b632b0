/**
 * Completes a graph that stands in one line, at its end: node types, their keys and values, and nodes that have an id.
 *
 * @module
 */
import { type ConfigSchema, expandPort, type NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { readWords, type Word, WordError } from "./words.ts";

/** A way to go on. */
export interface Completion {
  /** The whole text, with its last word complete. */
  readonly text: string;
  /** What the word means. */
  readonly description: string;
}

/** A word that may come, and what it means. */
type Candidate = readonly [word: string, description: string];

/** Values that are the node's own, beside those of its configuration. */
const OWN_KEYS: readonly Candidate[] = [["id=", "A name for the node."], ["lane=", "The lane it runs on."]];

/** Lists the paths that begin in some way. */
export type PathLister = (begun: string) => readonly string[];

/**
 * Finds what can come at the end of a text.
 *
 * @param listPaths gives the values of keys for paths
 * @returns as many as fit, in order; none within a value that anything can stand for
 */
export function completeExpression(
  text: string,
  registry: NodeRegistry,
  listPaths: PathLister = () => [],
): Completion[] {
  const at = lastWordAt(text);
  if (at === undefined) return [];
  const [head, begun] = [text.slice(0, at), text.slice(at)];
  const words = wordsOf(head);
  if (words === undefined) return [];
  const candidates = candidatesFor(words, begun, registry, listPaths);
  return candidates.filter(([word]) => word.startsWith(begun))
    .map(([word, description]) => ({ text: head + word, description: description.split("\n")[0] }));
}

/** Where the word begins that the text ends with; `undefined` within quotes or brackets. */
function lastWordAt(text: string): number | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  const last = words.at(-1);
  const isOpen = last !== undefined && (last.kind === "name" || last.kind === "setting") && !/\s$/.test(text);
  return isOpen ? last.offset : text.length;
}

function wordsOf(text: string): readonly Word[] | undefined {
  try {
    return readWords(text);
  } catch (error) {
    if (error instanceof WordError) return undefined;
    throw error;
  }
}

function candidatesFor(
  words: readonly Word[],
  begun: string,
  registry: NodeRegistry,
  listPaths: PathLister,
): readonly Candidate[] {
  const border = words.findLastIndex(({ kind }) => kind === "link" || kind === "end");
  const [name, ...settings] = words.slice(border + 1);
  if (name === undefined) {
    const isLinked = words[border]?.kind === "link";
    return [...typesFor(isLinked, registry), ...referencesTo(words, begun, isLinked, registry)];
  }
  const descriptor = name.kind === "name" ? describe(name.text, registry) : undefined;
  if (descriptor === undefined) return [];
  const { properties } = descriptor.config;
  const [head, key] = /^(\w+)=/.exec(begun) ?? [];
  if (key !== undefined) {
    if (properties[key] === undefined) return [];
    const paths = properties[key]["x-reaches"] === "path" ? listPaths(begun.slice(head!.length)) : [];
    return [...valuesOf(key, properties[key]), ...paths.map((path): Candidate => [`${key}=${path}`, "A path."])];
  }
  const given = new Set(settings.map((each) => each.kind === "setting" ? `${each.key}=` : ""));
  const own = Object.entries(properties).map(([key, { description = "" }]): Candidate => [`${key}=`, description]);
  const next: Candidate[] = descriptor.outputs.length > 0 ? [["!", "Link to the next node."]] : [];
  return [...[...own, ...OWN_KEYS].filter(([key]) => !given.has(key)), ...next, [";", "Begin another chain."]];
}

/** Node types that can be there: ones with inputs behind another node, and without them at the start of a chain. */
function typesFor(isLinked: boolean, registry: NodeRegistry): Candidate[] {
  const types = registry.list().map(({ descriptor }) => descriptor);
  const fitting = types.filter(({ inputs }) =>
    (inputs.length > 0) === isLinked || (!isLinked && inputs.every(isOptional))
  );
  return fitting.map(({ type, description }): Candidate => [type, description]);
}

function describe(name: string, registry: NodeRegistry): NodeDescriptor | undefined {
  return registry.has(name) ? registry.get(name).descriptor : undefined;
}

function isOptional({ optional }: NodeDescriptor["inputs"][number]): boolean {
  return optional === true;
}

/** Nodes with an id: `mix.`; once that is written, the ports of the node. */
function referencesTo(words: readonly Word[], begun: string, isLinked: boolean, registry: NodeRegistry): Candidate[] {
  const found: Candidate[] = [];
  let type = "";
  for (const word of words) {
    if (word.kind === "name") type = word.text;
    const descriptor = word.kind === "setting" && word.key === "id" ? describe(type, registry) : undefined;
    if (word.kind !== "setting" || descriptor === undefined) continue;
    const id = `${word.value}.`;
    if (!begun.startsWith(id)) found.push([id, `The ${type}.`]);
    else {
      const ports = isLinked ? descriptor.inputs : descriptor.outputs;
      for (const port of ports) for (const name of namesOf(port)) found.push([id + name, `${port.type} of ${type}.`]);
    }
  }
  return found;
}

/** The names of a port; the first one of a dynamic port. */
function namesOf(port: NodeDescriptor["inputs"][number]): readonly string[] {
  const names = expandPort(port);
  return names.length > 0 ? names : [`${port.name}_0`];
}

/** The values of a key, where it has a few: others are for whoever types them. */
function valuesOf(key: string, { type, enum: values, description = "" }: ConfigSchema): Candidate[] {
  const known = values ?? (type === "boolean" ? [true, false] : []);
  return known.map((value) => [`${key}=${value}`, description]);
}
