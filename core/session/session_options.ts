/**
 * What a session is made from.
 *
 * @module
 */
import type { Driver } from "../driver/driver.ts";
import type { EventBus } from "../events/bus.ts";
import type { MemoryOptions } from "../pools/memory_budget.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import type { Topology } from "../topology.ts";
import type { KeptStates } from "./kept_states.ts";

/** What a session is made from. */
export interface SessionOptions {
  readonly topology: Topology;
  readonly driver: Driver;
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
  /** Node types that errors may name as converters. */
  readonly converters: readonly NodeDescriptor[];
}
