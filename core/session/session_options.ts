/**
 * The options of a session.
 *
 * @module
 */
import type { Driver } from "../driver/driver.ts";
import type { EventBus } from "../events/bus.ts";
import type { MemoryOptions } from "../pools/memory_budget.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";
import type { KeptStates } from "./kept_states.ts";

/** When the runtime moves nodes whose lanes it chooses. */
export interface BalancingOptions {
  /** The most lanes that can work at a time; by default the number of the machine's processors. */
  readonly processors?: number;
  /** Time between two looks, milliseconds; by default 250. */
  readonly lookEveryMs?: number;
  /** How long a lane must be overloaded, milliseconds; by default 1,000. */
  readonly overloadedForMs?: number;
  /** The first rest after a move, without further moves, milliseconds; by default 2,000. */
  readonly restMs?: number;
}

/** The options of a session. */
export interface SessionOptions {
  readonly topology: Topology;
  readonly driver: Driver;
  /** The duration of pauses in the runs before, nanoseconds; by default 0. */
  readonly pausedNs?: number;
  /** Receives states, failures and warnings. */
  readonly events: EventBus;
  readonly pools: { readonly [name: string]: PoolSize };
  /** True if the run ends with its last source; otherwise it continues until it is told to end. */
  readonly endsWithSources: boolean;
  /** The memory budget of all pools together. */
  readonly memory: MemoryOptions;
  /** True if frames are checked as in development mode. */
  readonly development: boolean;
  /** Time that `stop()` leaves for draining, milliseconds. */
  readonly stopTimeoutMs: number;
  /** How long a node's `setup()` may take, milliseconds; 0: for ever. */
  readonly setupTimeoutMs: number;
  /** How long a call of a node may hold its lane before the node is stuck, milliseconds; 0: for ever. */
  readonly stuckAfterMs: number;
  /** How long a call of a node may hold its lane before the run fails, milliseconds; 0: for ever. */
  readonly callTimeoutMs: number;
  /** How long a node may await something in a call before it has failed, milliseconds; 0: for ever. */
  readonly awaitTimeoutMs: number;
  /** The states of nodes at the end of the run before, and then of this one. */
  readonly kept: KeptStates;
  /** True if nodes continue from these states. */
  readonly resume: boolean;
  /** When nodes are moved; absent: by default. */
  readonly balancing?: BalancingOptions;
  /** Receives the values that hidden nodes hand over. */
  readonly handed?: (node: string, value: unknown) => void;
  /** Node types that errors may name as converters. */
  readonly converters: readonly AnyNodeType[];
}
