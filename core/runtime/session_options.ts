/**
 * What a runtime's options leave open when its graph is started.
 *
 * @module
 */
import { awaitedInput } from "../graph/complete.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { SessionOptions } from "../session/session_options.ts";
import type { Topology } from "../topology.ts";

/** Time that `stop()` leaves for draining by default, milliseconds. */
const STOP_TIMEOUT_MS = 5_000;

/** Time that a node's call may hold its lane by default until the node is stuck, milliseconds. */
const STUCK_AFTER_MS = 2_000;

/** Time that a node's call may take by default until the run ends, milliseconds. */
const CALL_TIMEOUT_MS = 30_000;

/** Time that a node's `setup()` may take by default, milliseconds. */
const SETUP_TIMEOUT_MS = 30_000;

/** After how long a node that holds its lane is stuck, milliseconds; 0: never. */
export function stuckAfterMs(options: RuntimeOptions): number {
  return options.stuckAfterMs ?? STUCK_AFTER_MS;
}

/** What a run gets of its runtime as it is. */
type OfRuntime = Pick<SessionOptions, "topology" | "driver" | "pausedNs" | "events" | "kept" | "resume" | "converters">;

/** The options of a graph's run. */
export function sessionOptions(options: RuntimeOptions, ofRuntime: OfRuntime): SessionOptions {
  const { topology } = ofRuntime;
  return {
    ...ofRuntime,
    pools: options.pools ?? {},
    endsWithSources: topology.mode === "offline" || (options.endsWithSources ?? hasSources(topology)),
    memory: options.memory ?? {},
    development: options.development ?? developmentByDefault(),
    stopTimeoutMs: options.stopTimeoutMs ?? STOP_TIMEOUT_MS,
    stuckAfterMs: stuckAfterMs(options),
    setupTimeoutMs: options.setupTimeoutMs ?? SETUP_TIMEOUT_MS,
    callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
    awaitTimeoutMs: options.callTimeoutMs ?? (topology.mode === "offline" ? CALL_TIMEOUT_MS : 0),
  };
}

/** Whether there is a node that gives frames, or waits for them, by itself. */
function hasSources(topology: Topology): boolean {
  return [...topology.nodes.values()].some((node) =>
    topology.connections.intoNode(node.id).length === 0 && awaitedInput(topology, node) === undefined
  );
}

function developmentByDefault(): boolean {
  try {
    return Deno.env.get("SLUICE_DEV") === "1";
  } catch {
    // No permission to read it: as if it were not set.
    return false;
  }
}
