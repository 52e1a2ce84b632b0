/**
 * Stops a run on signals.
 *
 * @module
 */
import { stopOnSignals } from "../process/run_signals.ts";
import { isProcessor } from "../registry/node_type.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { Topology } from "../topology.ts";

/**
 * Stops a run on the signal of the options and on those of the system.
 *
 * @param stop may reject: its error is reported elsewhere
 * @returns a function that ends the listening
 */
export function heedSignals(
  { signal, signals }: RuntimeOptions,
  topology: Topology,
  stop: () => Promise<unknown>,
): () => void {
  const onAbort = () => void stop().catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  const onMain = [...topology.nodes.values()].some(({ lane, type }) => lane === "main" && isProcessor(type));
  const forget = signals === false ? undefined : stopOnSignals(stop, onMain);
  return () => {
    signal?.removeEventListener("abort", onAbort);
    forget?.();
  };
}
