/**
 * What a runtime, its nodes and its edits are made with, and the checks of that.
 *
 * @module
 */
import { describeValue } from "./errors/describe_value.ts";
import { SluiceError } from "./errors.ts";
import { MAX_SLOT_BYTES, MAX_SLOTS, NODE_OPTION_NAMES, type NodeOptions } from "./graph/schema.ts";
import { poolName } from "./ids.ts";
import { AUTO_LANE } from "./placement/lane_choice.ts";
import type { LaneOptions } from "./placement/lane_options.ts";
import { findCapacityFault } from "./links/capacity.ts";
import { CONVERT_CHOICES, type GraphMode, type LinkCapacity } from "./links/policy.ts";
import type { PoolSize } from "./pools/pool_plan.ts";
import { assertChoice, assertFlag, assertKeys, assertTimeout } from "./errors/option_check.ts";
import { isPlainObject, kindOf } from "./errors/kind_of.ts";
import type { NodeRegistry } from "./registry/node_registry.ts";
import { checkSupervision, type Supervision } from "./graph/supervision.ts";

/** Options of `Runtime`. */
export interface RuntimeOptions {
  /**
   * `live` (default): sources keep to the clock and links drop by default. `offline`: as fast as it goes, and nothing
   * is dropped by default.
   */
  readonly mode?: GraphMode;
  /**
   * Whether to use the native library; by default, if it is there. Without it there are no native lanes, and no promise
   * of real time.
   */
  readonly native?: "auto" | "require" | "off";
  /** Node types that {@linkcode Runtime.addByType} and error messages can name. */
  readonly registry?: NodeRegistry;
  /**
   * Whether a live graph ends once all sources that it has had have ended, the last of them perhaps by being removed, and
   * what they gave is drained: nodes that wait for links do not keep it. Else it goes on, so that others can be added, until {@linkcode Runtime.stop}. By default
   * as the graph is at the start: `true` with sources in it, `false` without, such as for an empty one. An offline graph
   * always ends so.
   */
  readonly endsWithSources?: boolean;
  /** Stops the graph when it aborts, as {@linkcode Runtime.stop} does; it cannot be started again then. */
  readonly signal?: AbortSignal;
  /**
   * Whether Ctrl-C, SIGTERM and SIGHUP stop the graph, so that files are completed; by default `true`. The program goes
   * on after {@linkcode Runtime.finished}; one that has not ended a second later is ended, with exit code 130, 143 or
   * 129, and so is one that gets a second signal. A program that was started to ignore SIGHUP goes on to do so. `false`
   * for a program that listens to signals itself.
   */
  readonly signals?: boolean;
  /**
   * How many frames links hold that name nothing: `"byKind"` (default), as suits the kind of frame; a number; numbers for
   * some kinds; or what a function gives for a link. A link whose output writes more at once holds that many.
   */
  readonly capacity?: LinkCapacity;
  /**
   * Whether links that do not say have nodes put in that convert, where the input takes other formats than the output is
   * known to give: `auto` or, by default, `off`. They are nodes of the graph like others, of types that the registry has.
   */
  readonly convert?: "auto" | "off";
  /**
   * Sizes of pools, by name. Each kind of frame that a graph's outputs carry has one (`audio`, `video`, `encoded`,
   * `packet`, `data`); others are there for nodes that ask for them. What is absent is chosen from the graph.
   */
  readonly pools?: { readonly [name: string]: PoolSize };
  /**
   * `limit`: the most bytes that all pools have together while they grow with the graph; by default half of the machine's
   * memory, or what the graph needs at its start if that is more. Beyond it, a start or an edit is refused with
   * `PoolExhausted`. `spare`: how much is set aside for what edits add: `much` is twice the slots that the graph needs
   * and room for 16,384 more nodes and links, which takes addresses; `little`, for many graphs in one process that are
   * hardly edited, is no slot and 64 nodes and links. By default `much`.
   */
  readonly memory?: { readonly limit?: number; readonly spare?: "much" | "little" };
  /**
   * Development mode: a frame that is used after it was given away throws, and so does a change that others would see.
   * Costs a multiple in time. By default as the environment variable `SLUICE_DEV` says: `1` for on.
   */
  readonly development?: boolean;
  /**
   * What is said of lanes, by name: their kind, how urgent they are and where they may run. A lane that is not listed is
   * what its nodes need. With `auto: {}` among them, nodes that name no lane are as if they named `"auto"`
   * ({@linkcode AddOptions.lane}); `"auto"` alone is short for that.
   */
  readonly lanes?: "auto" | { readonly [name: string]: LaneOptions };
  /**
   * What is done when a processor fails that was added without a word on it; by default `fail`: the run ends. A native
   * stage always does that, and so does a node that keeps its lane's thread, unless it has a word of its own.
   */
  readonly supervision?: Supervision;
  /**
   * Time that `stop()` leaves for draining, milliseconds; by default 5,000. So long, but 5,000 at least, a node may also
   * hold the thread of lane `main` after a signal, before the process is ended.
   */
  readonly stopTimeoutMs?: number;
  /**
   * How long a node's `setup()` may take, milliseconds; by default 30,000. Then it counts as failed. 0: for ever. A
   * `setup()` that never gives the thread of lane `main` back ends the process.
   */
  readonly setupTimeoutMs?: number;
  /**
   * How long a call of a node may hold its lane's thread, milliseconds; by default 2,000. Then, or at the end of the
   * call's own limit if that is sooner, the node is stuck, which an event tells; if every node of its worker lane is to
   * be restarted or disabled on failure, the thread is replaced. What goes on after an `await`, and a callback, may hold
   * it 250 longer. 0: for as long as a call may take.
   */
  readonly stuckAfterMs?: number;
  /**
   * How long a call of a node may take, milliseconds; by default 30,000. One that holds its lane's thread for so long
   * ends the run with the node's name, unless the thread is replaced. A node that has awaited something for so long, and
   * has neither read nor written meanwhile, has failed; by default that is so offline only, since what a live graph
   * waits for may come at any time. 0: for ever. A node may have a limit of its own ({@linkcode AddOptions}). One that
   * holds the thread of lane `main` keeps it from whatever could end the run: there the process is ended, with exit code
   * 1, and files that are being written are not complete.
   */
  readonly callTimeoutMs?: number;
}

/** Options of `Runtime.add()`. */
export interface AddOptions extends NodeOptions {
  /** By default the type's name, with a number from the second on. */
  readonly id?: string;
}

/** Options of `Runtime.edit()`. */
export interface EditOptions {
  /** How long `setup()` of new nodes and ticks under way may take, milliseconds; by default 5,000. */
  readonly timeoutMs?: number;
  /**
   * How long a node that takes another one's place may wait for its first tick, milliseconds; by default 250. One for
   * which nothing comes by then counts as good.
   */
  readonly trialMs?: number;
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

/** Refuses unknown options, and checks those that nothing else checks. @throws {SluiceError} `InvalidConfig` */
export function assertAddOptions(options: AddOptions): void {
  assertKeys("Cannot add a node", options, ["id", ...NODE_OPTION_NAMES]);
  assertTimeout("Cannot add a node", "callTimeoutMs", options.callTimeoutMs);
}

/** Checks the options of `Runtime.start()`. @throws {SluiceError} `InvalidConfig` */
export function assertStartOptions(options: { readonly resume?: boolean }): void {
  assertKeys("Cannot start", options, ["resume"]);
  assertFlag("Cannot start", "resume", options.resume);
}

/** Checks what `Runtime.configureGraph()` takes, but for options of lanes. @throws {SluiceError} `InvalidConfig` */
export function assertGraphOptions(options: Pick<RuntimeOptions, "mode" | "pools" | "lanes">): void {
  const what = "Cannot configure the graph";
  assertKeys(what, options, ["mode", "pools", "lanes"]);
  assertRuntimeOptions(options, what);
}

/**
 * Checks every option but those of lanes.
 *
 * @param what how messages start
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
