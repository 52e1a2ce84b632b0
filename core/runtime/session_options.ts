/**
 * The defaults of a runtime's options, and the options of a run.
 *
 * @module
 */
import { awaitedInput } from "../graph/complete.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { SessionOptions } from "../session/session_options.ts";
import type { Topology } from "../topology.ts";

/** Default time limit for draining in `stop()`, milliseconds. */
const STOP_TIMEOUT_MS = 5_000;

/** Default time for which a node's call may hold its lane before the node is stuck, milliseconds. */
const STUCK_AFTER_MS = 2_000;

/** Default time limit of a node's call, milliseconds; the run ends after it. */
const CALL_TIMEOUT_MS = 30_000;

/** Default time limit of a node's `setup()`, milliseconds. */
const SETUP_TIMEOUT_MS = 30_000;

/** Returns the time for which a node may hold its lane before it is stuck, milliseconds; 0: no limit. */
export function stuckAfterMs(options: RuntimeOptions): number {
  return options.stuckAfterMs ?? STUCK_AFTER_MS;
}

/** The runtime's part of a run's options. */
type OfRuntime = Pick<SessionOptions, "topology" | "driver" | "pausedNs" | "events" | "kept" | "resume" | "converters">;

/** Returns the options of a graph's run. */
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

/** True if a node gives frames, or waits for them, by itself. */
function hasSources(topology: Topology): boolean {
  return [...topology.nodes.values()].some((node) =>
    topology.connections.intoNode(node.id).length === 0 && awaitedInput(topology, node) === undefined
  );
}

function developmentByDefault(): boolean {
  try {
    return Deno.env.get("SLUICE_DEV") === "1";
  } catch {
    // Without permission to read the variable, treats it as unset.
    return false;
  }
}
