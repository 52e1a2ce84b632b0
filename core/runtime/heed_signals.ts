/**
 * What stops a run beside calls of its runtime.
 *
 * @module
 */
import { stopOnSignals } from "../process/run_signals.ts";
import { isProcessor } from "../registry/node_type.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { Topology } from "../topology.ts";

/**
 * Has the signal of the options, and those of the system, stop a run.
 *
 * @param stop may reject: that is told elsewhere
 * @returns ends that
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
