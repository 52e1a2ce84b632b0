/**
 * The graph that the check of a file has built. A runtime with nothing in it adopts that graph; any other runtime
 * builds the graph from the document.
 *
 * @module
 */
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { Topology } from "../topology.ts";
import type { GraphDocument } from "./schema.ts";

/** A graph that a check has built. */
interface CheckedGraph {
  readonly topology: Topology;
  readonly registry: NodeRegistry;
  /** The document as it was checked: nothing keeps its owner from changing values in it. */
  readonly text: string;
}

/** A runtime that may adopt a graph. */
interface Adopter {
  readonly topology: Topology;
  /** Returns the options of the runtime. @throws {SluiceError} `Busy` if its graph cannot change */
  readonly change: () => RuntimeOptions;
}

const checked = new WeakMap<GraphDocument, CheckedGraph>();
const adopters = new WeakMap<object, Adopter>();

/** Keeps the graph of a document for the first runtime that adopts it. */
export function keepChecked(document: GraphDocument, topology: Topology, registry: NodeRegistry): void {
  checked.set(document, { topology, registry, text: JSON.stringify(document) });
}

/** Makes a runtime adopt graphs. */
export function registerAdopter(runtime: object, adopter: Adopter): void {
  adopters.set(runtime, adopter);
}

/**
 * Makes the graph of a document the graph of a runtime.
 *
 * @returns false, with nothing done, if the runtime has had nodes, has options of its own, or if the graph was adopted
 * before
 * @throws {SluiceError} `Busy` if the graph of the runtime cannot change
 */
export function adoptChecked(document: GraphDocument, runtime: object): boolean {
  const adopter = adopters.get(runtime);
  const graph = checked.get(document);
  if (adopter === undefined || graph === undefined) return false;
  const options = adopter.change();
  const isFit = adopter.topology.records.nodes === 0 && options.registry === graph.registry &&
    hasOptionsOf(document, adopter.topology, options) && JSON.stringify(document) === graph.text;
  if (!isFit) return false;
  checked.delete(document);
  adopter.topology.takeOver(graph.topology);
  return true;
}

/** True if a check of the document with these options had built the same graph. */
function hasOptionsOf(
  document: GraphDocument,
  { mode, capacity, convert, lanes }: Topology,
  { pools = {} }: RuntimeOptions,
) {
  const isRenamed = Object.entries(document.lanes).some(([name, { kind }]) => kind === "main" && name !== "main");
  const own = [document.mode ?? "live", document.capacity ?? "byKind", document.convert ?? "off"];
  return !isRenamed && [mode, capacity, convert].every((each, i) => isSame(each, own[i])) &&
    isSame(lanes, document.lanes) && isSame(pools, document.pools);
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
