/**
 * Reads the node types of a generated module from disk, whatever this isolate has imported before.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import { lookAgainForLanes } from "./lane_code.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import type { NodePackage } from "./node_type.ts";

/** Time limit of {@linkcode readFreshPackage}, milliseconds. */
export const FRESH_TIMEOUT_MS = 30_000;

type Answer =
  | { readonly error: SerializedError }
  | {
    readonly name: string;
    readonly sources: NodePackage["sources"];
    readonly descriptors: readonly NodeDescriptor[];
  };

/**
 * Reads a generated module in its own worker, so that this isolate retains nothing of it.
 *
 * @param url the URL of a `sluice.gen.ts`
 * @param signal aborts the reading
 * @returns node types that only worker lanes can run, because only lanes load their classes
 * @throws {SluiceError} `InvalidGraph` if the module cannot be imported or was not generated, `Timeout`; and the
 * signal's reason
 */
export async function readFreshPackage(url: string, signal?: AbortSignal): Promise<NodePackage> {
  lookAgainForLanes();
  const worker = new Worker(import.meta.resolve("./fresh_package_worker.ts"), { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let giveUp = () => {};
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new SluiceError("InvalidGraph", `Cannot read node types from "${url}": ${event.message}`));
      };
      timer = setTimeout(
        () => reject(new SluiceError("Timeout", `Cannot read node types from "${url}" within ${FRESH_TIMEOUT_MS} ms`)),
        FRESH_TIMEOUT_MS,
      );
      giveUp = () => reject(signal?.reason);
      signal?.addEventListener("abort", giveUp, { once: true });
      if (signal?.aborted) giveUp();
      worker.postMessage(url);
    });
    if ("error" in answer) throw deserializeError(answer.error);
    return makePackage(url, answer);
  } finally {
    clearTimeout(timer);
    // A signal that outlives many reads would otherwise retain the state of each.
    signal?.removeEventListener("abort", giveUp);
    worker.terminate();
  }
}

function makePackage(url: string, { name, sources, descriptors }: Exclude<Answer, { error: unknown }>): NodePackage {
  const pkg: NodePackage = { name, url, sources, nodes: [] };
  const nodes = descriptors.map((descriptor) => ({
    descriptor,
    package: pkg,
    load: () =>
      Promise.reject(
        new SluiceError(
          "Busy",
          `Cannot load the new code of "${descriptor.type}" on lane "main": what main has imported stays; start anew`,
        ),
      ),
  }));
  return Object.assign(pkg, { nodes });
}
