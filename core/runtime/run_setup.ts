/**
 * The setting of a run: its options with their defaults, the lanes that it begins with, and the signals that stop it.
 *
 * @module
 */
import { awaitedInput } from "../graph/complete.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { SessionOptions } from "../session/session_options.ts";
import type { Topology } from "../topology.ts";
import type { NodeId } from "../ids.ts";
import { logDetail } from "../log.ts";
import type { LaneMove } from "../placement/balance.ts";
import { stopOnSignals } from "../process/run_signals.ts";
import { isProcessor } from "../registry/node_type.ts";

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
type OfRuntime = Pick<
  SessionOptions,
  "topology" | "driver" | "pausedNs" | "events" | "kept" | "resume" | "handed" | "converters"
>;

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

/** @param moves the moves found since; a node that the script has moved or replaced meanwhile stays on its lane */
export function placeAnew(topology: Topology, moves: readonly LaneMove[]): void {
  const wanted = moves.flatMap(({ id, from, to }) => {
    const node = topology.nodes.get(id as NodeId);
    return node?.autoPlaced && node.lane === from ? [{ node, to }] : [];
  });
  if (wanted.length === 0) return;
  const draft = topology.draft();
  for (const { node, to } of wanted) draft.moveNode(node.id, to, undefined, true);
  topology.adopt(draft);
  logDetail("runtime", "debug", () => {
    const placed = wanted.map(({ node, to }) => `"${node.id}" from lane "${node.lane}" to lane "${to}"`);
    return [`Begins with nodes on other lanes, as the run before has measured: ${placed.join(", ")}`];
  });
  topology.recycle(wanted.map(({ node }) => node), []);
}

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
