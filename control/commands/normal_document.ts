/**
 * Brings a graph document of a client into the form of `runtime.graph()`, which states every choice of the runtime.
 *
 * @module
 */
import { getLocation } from "jsonc-parser";
import { fieldsOf, SluiceError } from "../../core/errors.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { parseGraph } from "../../core/graph/load.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";

/**
 * Checks a document, and states its choices.
 *
 * @param given the document; what it leaves out of the graph's own options is as in `present`
 * @throws {SluiceError} the first fault of the document; `InvalidGraph` for a runtime without a registry
 */
export async function normalDocument(given: object, present: GraphFile, runtime: Runtime): Promise<GraphFile> {
  const { registry } = viewRuntime(runtime);
  if (registry === undefined) {
    throw new SluiceError("InvalidGraph", "Cannot read a document: the runtime has no registry of node types");
  }
  const { nodes: _, links: __, ...options } = present;
  const text = JSON.stringify({ ...options, ...given });
  const document = naming(text, () => parseGraph(text, "the document", registry));
  await using scratch = new Runtime({ ...graphOptions(document), registry, signals: false });
  buildGraph(document, scratch);
  return scratch.graph();
}

/** Begins the messages of faults. */
const PLACE = /^the document:1:(\d+): /;

/** Names the faulty part of a document, whose text nobody has seen, as a JSON pointer: `the document at /nodes/gain`. */
function naming<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const found = error instanceof SluiceError ? PLACE.exec(error.message) : null;
    if (found === null) throw error;
    const { path } = getLocation(text, Number(found[1]) - 1);
    const { code, message } = error as SluiceError;
    const details = { ...fieldsOf(error)?.details, cause: error };
    throw new SluiceError(code, `the document at /${path.join("/")}: ${message.slice(found[0].length)}`, details);
  }
}
