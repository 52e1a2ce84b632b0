/**
 * The control plane's view of a runtime, with a version for its lists.
 *
 * @module
 */
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import type { Driver } from "../driver/driver.ts";
import { awaitedInput } from "../graph/complete.ts";
import { whyFixed } from "../graph/fixed_nodes.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { RuntimeView, SessionView } from "../runtime_view.ts";
import type { Topology } from "../topology.ts";
import { stuckAfterMs } from "./run_setup.ts";

/**
 * @param types the types that the runtime knows
 * @param run the run's part of the view
 * @param runs the number of runs so far
 * @returns a function that returns the current view
 */
export function versionedView(
  options: RuntimeOptions,
  topology: Topology,
  driver: Driver,
  types: () => readonly NodeDescriptor[],
  run: () => SessionView | undefined,
  runs: () => number,
): () => RuntimeView {
  let version = 0;
  let lists = "";
  return () => {
    const session = run();
    // Lanes and pools come and go, and pools grow, without a change of the topology: each version must still have only
    // one list of each.
    const lanes = session?.lanes.map(({ name, index }) => `${name}:${index}`).join();
    const pools = session?.pools().map(({ slots }) => slots).join();
    const now = `${runs()} ${topology.version} ${lanes} ${pools}`;
    if (now !== lists) version++;
    lists = now;
    return {
      version,
      runsBefore: Math.max(0, runs() - 1),
      mode: topology.mode,
      driver: driver.kind,
      nowNs: driver.nowNs(),
      stuckAfterMs: stuckAfterMs(options),
      nodes: topology.shownNodes,
      links: topology.shownLinks,
      typeOf: ({ fromNode, fromPort, output }) => topology.carried.of(fromNode, fromPort, output).type,
      awaits: (node) => awaitedInput(topology, node),
      whyFixed: (node) => session === undefined ? whyFixed(topology, node) : session.whyFixed(node),
      types,
      ...(options.registry && { registry: options.registry }),
      session,
    };
  };
}
