/**
 * Imports one generated module in a fresh worker, and reports the result.
 *
 * @module
 */
import { serializeError } from "../errors.ts";
import { loadNodePackage } from "./staleness.ts";

/** The part of a worker's global scope used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  postMessage(answer: unknown): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = async ({ data: url }) => {
  try {
    const { name, nodes, sources } = await loadNodePackage(url);
    scope.postMessage({ name, sources, descriptors: nodes.map(({ descriptor }) => descriptor) });
  } catch (error) {
    scope.postMessage({ error: serializeError(error) });
  }
};
