/**
 * The options of a runtime, its nodes and its edits, and their checks.
 *
 * @module
 */
import { describeValue } from "./errors/describe_value.ts";
import { SluiceError } from "./errors.ts";
import { assertConfig } from "./descriptor/config_check.ts";
import type { NodeEntry } from "./graph/entries.ts";
import { type GraphFileNode, MAX_SLOT_BYTES, MAX_SLOTS, NODE_OPTION_NAMES } from "./graph/schema.ts";
import { poolName } from "./ids.ts";
import { AUTO_LANE } from "./placement/lane_choice.ts";
import type { LaneOptions } from "./placement/lane_options.ts";
import { findCapacityFault } from "./links/link_options.ts";
import { CONVERT_CHOICES, type GraphMode, type LinkCapacity } from "./links/policy.ts";
import type { PoolSize } from "./pools/pool_plan.ts";
import { assertChoice, assertFlag, assertKeys, assertTimeout } from "./errors/option_check.ts";
import { isPlainObject, kindOf } from "./errors/kind_of.ts";
import type { NodeRegistry } from "./registry/node_registry.ts";
import { checkSupervision, type Supervision } from "./graph/supervision.ts";

/** Options of `Runtime`. */
export interface RuntimeOptions {
  /**
   * `live` (default): sources keep to the clock, and links drop by default. `offline`: the graph runs as fast as it
   * can, and links drop nothing by default.
   */
  readonly mode?: GraphMode;
  /**
   * Use of the native library: by default `auto`, if it is present. Portable mode has no native lanes, and does not
   * promise real time.
   */
  readonly native?: "auto" | "require" | "off";
  /** Node types that {@linkcode Runtime.addByType} and error messages can name. */
  readonly registry?: NodeRegistry;
  /**
   * True if a live graph ends once all its sources have ended (the last one perhaps by removal) and their frames are
   * drained; nodes that wait for links do not keep it running. If false, the graph runs until {@linkcode Runtime.stop},
   * so that sources can be added. By default `true` if the graph has sources at the start, else `false`, such as for an
   * empty graph. An offline graph always ends with its sources.
   */
  readonly endsWithSources?: boolean;
  /**
   * Stops the graph when the signal aborts, as {@linkcode Runtime.stop} does; the graph cannot start again afterwards.
   */
  readonly signal?: AbortSignal;
  /**
   * True (default) if Ctrl-C, SIGTERM and SIGHUP stop the graph, so that files are completed. The program goes on after
   * {@linkcode Runtime.finished}; a program that has not ended a second later, or that gets a second signal, is ended
   * with exit code 130, 143 or 129. A program that was started to ignore SIGHUP goes on to ignore it. Choose `false`
   * for a program that handles signals itself.
   */
  readonly signals?: boolean;
  /**
   * The capacity of links without one of their own, in frames: `"byKind"` (default), as suits the kind of frame; a
   * number; numbers for some kinds; or the result of a function for each link. A link whose output writes more at once
   * holds that many.
   */
  readonly capacity?: LinkCapacity;
  /**
   * `auto`: puts converters into links without this option of their own if the input takes other formats than the
   * output is known to give; by default `off`. Converters are nodes of the graph like others, of types that the
   * registry has.
   */
  readonly convert?: "auto" | "off";
  /**
   * Sizes of pools, by name. Each kind of frame that the graph's outputs carry has a pool (`audio`, `video`, `encoded`,
   * `packet`, `data`); nodes can name others. Absent sizes are chosen from the graph.
   */
  readonly pools?: { readonly [name: string]: PoolSize };
  /**
   * `limit`: the most bytes of all pools together while they grow with the graph; by default half of the machine's
   * memory, or the need of the graph at its start if that is more. A start or an edit beyond the limit is refused with
   * `PoolExhausted`. `spare`: memory set aside for edits. `much` (default): twice the slots that the graph needs, and
   * room for 16,384 more nodes and links, which takes addresses. `little`: no slot, and 64 nodes and links; for many
   * graphs in one process that are hardly edited.
   */
  readonly memory?: { readonly limit?: number; readonly spare?: "much" | "little" };
  /**
   * Development mode: use of a frame after it was given away throws, and so does a change that other readers would see.
   * Costs a multiple in time. By default set by the environment variable `SLUICE_DEV`: `1` for on.
   */
  readonly development?: boolean;
  /**
   * Options of lanes, by name: kind, priority and processors. A lane that is not listed gets the options that its nodes
   * need. With `auto: {}` among the lanes, a node without a lane is treated as if it named `"auto"` ({@linkcode
   * AddOptions.lane}); `"auto"` alone is short for `{ auto: {} }`.
   */
  readonly lanes?: "auto" | { readonly [name: string]: LaneOptions };
  /**
   * Supervision of processors without a choice of their own; by default `fail`: the run ends. A native stage, and a
   * node that holds its lane's thread too long, always fail the run unless they have a choice of their own.
   */
  readonly supervision?: Supervision;
  /**
   * Time limit for draining in `stop()`, milliseconds; by default 5,000. For this time, but at least 5,000, a node may
   * also hold the thread of lane `main` after a signal, before the process is ended.
   */
  readonly stopTimeoutMs?: number;
  /**
   * Time limit for a node's `setup()`, milliseconds; by default 30,000. A node that exceeds the limit fails. 0: no
   * limit. A `setup()` that never returns the thread of lane `main` ends the process.
   */
  readonly setupTimeoutMs?: number;
  /**
   * Time limit for holding a lane's thread in a call of a node, milliseconds; by default 2,000. After this time, or at
   * the call's own limit if that is sooner, the node is stuck: an event reports it, and if each node of its worker lane
   * is to be restarted or disabled on failure, the thread is replaced. Code after an `await`, and callbacks, may hold
   * the thread 250 ms longer. 0: as long as a call may take.
   */
  readonly stuckAfterMs?: number;
  /**
   * Time limit for a call of a node, milliseconds; by default 30,000. A call that holds its lane's thread beyond the
   * limit ends the run with the node's name, unless the thread is replaced. A node that awaits something beyond the
   * limit, and has neither read nor written meanwhile, fails: by default only in offline graphs, since a live graph may
   * wait for input at any time. 0: no limit. A node may have a limit of its own ({@linkcode AddOptions}). A call that
   * holds the thread of lane `main` blocks all that could end the run: the process is then ended, with exit code 1, and
   * files that are being written stay incomplete.
   */
  readonly callTimeoutMs?: number;
}

/** Options of `Runtime.add()`. */
export interface AddOptions extends Omit<GraphFileNode, "type" | "config"> {
  /** By default the type's name, with a number from the second on. */
  readonly id?: string;
}

/** Options of `Runtime.edit()`. */
export interface EditOptions {
  /** Time limit for `setup()` of new nodes and for running ticks, milliseconds; by default 5,000. */
  readonly timeoutMs?: number;
  /**
   * Time limit for the wait of a replacing node for its first tick, milliseconds; by default 250. A node for which
   * nothing arrives in this time passes the trial.
   */
  readonly trialMs?: number;
  /** The name of the author of the edit, for events and the command log. Up to 64 characters. */
  readonly by?: string;
}

const KEYS: { readonly [K in keyof Required<RuntimeOptions>]: true } = {
  mode: true,
  native: true,
  registry: true,
  endsWithSources: true,
  signal: true,
  signals: true,
  capacity: true,
  convert: true,
  pools: true,
  memory: true,
  development: true,
  lanes: true,
  supervision: true,
  stopTimeoutMs: true,
  setupTimeoutMs: true,
  stuckAfterMs: true,
  callTimeoutMs: true,
};

/** Refuses unknown options of a node; the graph checks the values. @throws {SluiceError} `InvalidConfig` */
export function assertAddOptions(options: AddOptions): void {
  assertKeys("Cannot add a node", options, ["id", ...NODE_OPTION_NAMES]);
}

/** Checks the options of `Runtime.start()`. @throws {SluiceError} `InvalidConfig` */
export function assertStartOptions(options: { readonly resume?: boolean }): void {
  assertKeys("Cannot start", options, ["resume"]);
  assertFlag("Cannot start", "resume", options.resume);
}

/** Checks the options of `Runtime.configureGraph()`, except those of lanes. @throws {SluiceError} `InvalidConfig` */
export function assertGraphOptions(options: Pick<RuntimeOptions, "mode" | "pools" | "lanes">): void {
  const what = "Cannot configure the graph";
  assertKeys(what, options, ["mode", "pools", "lanes"]);
  assertRuntimeOptions(options, what);
}

/**
 * Checks every option except those of lanes.
 *
 * @param what the start of messages
 * @throws {SluiceError} `InvalidConfig`
 */
export function assertRuntimeOptions(options: RuntimeOptions, what = "Cannot make a runtime"): void {
  assertKeys(what, options, Object.keys(KEYS));
  const refuse: (key: string, message: string) => never = (key, message) => {
    throw new SluiceError("InvalidConfig", `${what}: ${message}`, { key });
  };
  const entries = (key: string, value: unknown): [string, unknown][] => {
    if (value === undefined) return [];
    if (!isPlainObject(value)) refuse(key, `"${key}" is ${kindOf(value)}, wanted an object by name`);
    return Object.entries(value as object);
  };
  const { mode, native, signal, pools, memory, lanes, supervision } = options;
  assertChoice(what, "mode", mode, ["live", "offline"]);
  assertChoice(what, "native", native, ["auto", "require", "off"]);
  assertChoice(what, "convert", options.convert, CONVERT_CHOICES);
  for (const key of ["stopTimeoutMs", "setupTimeoutMs", "stuckAfterMs", "callTimeoutMs"] as const) {
    assertTimeout(what, key, options[key]);
  }
  if (supervision !== undefined) checkSupervision(supervision);
  for (const key of ["signals", "endsWithSources"] as const) assertFlag(what, key, options[key]);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse("signal", `"signal" is ${kindOf(signal)}, wanted an AbortSignal`);
  }
  const fault = options.capacity === undefined ? undefined : findCapacityFault(options.capacity, '"capacity"');
  if (fault !== undefined) refuse("capacity", fault);
  for (const [name, size] of entries("pools", pools)) {
    poolName(name, "InvalidConfig");
    assertKeys(`${what} with pool "${name}"`, size as object, ["slotBytes", "slots"]);
    for (const [key, max] of [["slotBytes", MAX_SLOT_BYTES], ["slots", MAX_SLOTS]] as const) {
      const value = (size as { readonly [key: string]: unknown })[key];
      if (value === undefined || (Number.isInteger(value) && value as number >= 1 && value as number <= max)) continue;
      refuse(
        `pools.${name}.${key}`,
        `"${key}" of pool "${name}" is ${describeValue(value)}, wanted a whole number from 1 to ${max}`,
      );
    }
  }
  entries("memory", memory);
  assertKeys(`${what} with memory`, memory ?? {}, ["limit", "spare"]);
  assertChoice(what, "memory.spare", memory?.spare, ["much", "little"]);
  const limit: unknown = memory?.limit;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit as number >= 1)) {
    refuse("memory.limit", `"limit" of memory is ${describeValue(limit)}, wanted a whole number of bytes from 1`);
  }
  for (const [name, lane] of lanes === AUTO_LANE ? [] : entries("lanes", lanes)) {
    if (!isPlainObject(lane)) refuse(`lanes.${name}`, `lane "${name}" is ${kindOf(lane)}, wanted an object`);
  }
}

/**
 * Checks a change of a configuration value of a node.
 *
 * @param runs true if the graph was started: then only live values may change
 * @returns the value in the form that the node gets
 * @throws {SluiceError} `InvalidConfig` for a wrong value, and for a key that may not change
 */
export function changedValue(node: NodeEntry, key: string, value: unknown, runs: boolean): unknown {
  const { descriptor } = node.type;
  const values = assertConfig(descriptor, node.id, { ...node.config, [key]: value });
  if (values[key] !== node.config[key] && sizesPorts(node, key)) {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot change "${key}" of node "${node.id}" (${descriptor.type}): its ports depend on it; ` +
        "give it when the node is added",
      { nodeId: node.id, key },
    );
  }
  if (runs && descriptor.config.properties[key]["x-live"] !== true) {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot change "${key}" of node "${node.id}" (${descriptor.type}) while it runs: the node must be replaced, ` +
        "as edit.reconfigure() does",
      { nodeId: node.id, key },
    );
  }
  return values[key];
}

/** True if a configuration key gives the size of an array port of the node. */
function sizesPorts(node: NodeEntry, key: string): boolean {
  const { inputs, outputs } = node.type.descriptor;
  return [...inputs, ...outputs].some((port) => port.sizedBy === key);
}
