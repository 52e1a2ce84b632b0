/**
 * What a session is made from.
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

/** When nodes are moved whose lanes the runtime chooses. */
export interface BalancingOptions {
  /** How many lanes can work at a time; by default as many as the machine has processors. */
  readonly processors?: number;
  /** Time between two looks, milliseconds; by default 250. */
  readonly lookEveryMs?: number;
  /** For how long a lane must have too much to do, milliseconds; by default 1,000. */
  readonly overloadedForMs?: number;
  /** How long nothing is moved after a move, at first, milliseconds; by default 2,000. */
  readonly restMs?: number;
}

/** What a session is made from. */
export interface SessionOptions {
  readonly topology: Topology;
  readonly driver: Driver;
  /** For how long the graph was paused in the runs before, nanoseconds; by default 0. */
  readonly pausedNs?: number;
  /** Is told of states, failures and warnings. */
  readonly events: EventBus;
  readonly pools: { readonly [name: string]: PoolSize };
  /** Whether the run ends with its last source; else it goes on until it is told to end. */
  readonly endsWithSources: boolean;
  /** How much memory all pools may have together. */
  readonly memory: MemoryOptions;
  /** Whether frames are checked as development mode does. */
  readonly development: boolean;
  /** Time that `stop()` leaves for draining, milliseconds. */
  readonly stopTimeoutMs: number;
  /** How long a node's `setup()` may take, milliseconds; 0: for ever. */
  readonly setupTimeoutMs: number;
  /** How long a call of a node may hold its lane before the node is stuck, milliseconds; 0: for as long as it may take. */
  readonly stuckAfterMs: number;
  /** How long a call of a node may hold its lane before the run fails, milliseconds; 0: for ever. */
  readonly callTimeoutMs: number;
  /** How long a node may await something in a call before it has failed, milliseconds; 0: for ever. */
  readonly awaitTimeoutMs: number;
  /** The states of nodes at the end of the run before, and then of this one. */
  readonly kept: KeptStates;
  /** Whether nodes go on from those. */
  readonly resume: boolean;
  /** When nodes are moved; absent: as by default. */
  readonly balancing?: BalancingOptions;
  /** Node types that errors may name as converters. */
  readonly converters: readonly AnyNodeType[];
}
