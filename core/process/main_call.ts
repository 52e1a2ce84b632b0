/**
 * Finds the call that holds the main thread, from the control page, for another thread; and the messages between the
 * two. During a call of a node on lane
 * `main`, the lane's record names the node, and the lane's rounds and calls do not change: equal values at two checks
 * mean the same call. Other code on the thread, such as the program's own or a node's after an `await`, names no node,
 * so that no node is blamed for it.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { ArenaToken, DriverToken } from "../driver/driver.ts";
import { readLanePulse, readPhase } from "../stats.ts";
import type { EndSignal } from "./signals.ts";

/** Index of lane `main`. */
const MAIN = 0;

/**
 * The most time that a check counts, milliseconds: the whole process may have been stopped since the previous check.
 */
const MAX_STEP_MS = 1_000;

/** Time between checks of lane `main`, milliseconds; shorter if a limit is short. */
const LOOK_EVERY_MS = 500;

/** Least number of checks within the shortest limit. */
const LOOKS = 4;

/** Time limits of a run for its nodes, milliseconds. 0: none. */
export interface RunLimits {
  readonly stuckAfterMs: number;
  readonly setupTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

/** A node on lane `main`. */
export interface MainNode {
  /** Index of its record. */
  readonly index: number;
  readonly id: string;
  readonly type: string;
  /** Time limit of its calls, milliseconds; 0: none. */
  readonly callTimeoutMs: number;
}

/** A running call. */
export interface MainCall {
  readonly node: MainNode;
  readonly isSetup: boolean;
  /** A key that changes with each call. */
  readonly signs: string;
}

/** A call that has been running since an earlier check. */
export interface LongCall extends MainCall {
  /** A lower bound of its duration, milliseconds. */
  readonly forMs: number;
  /** The part of the duration after a request to stop, milliseconds. */
  readonly inStopMs: number;
  /** Its time limit, milliseconds. */
  readonly limitMs: number;
  /** True if the call is to be reported, and was not yet. */
  readonly isNews: boolean;
}

/** Lane `main` of one run. */
export class MainCalls {
  readonly limits: RunLimits;
  readonly #page: ControlPage;
  /** Nodes by index of their records. */
  readonly #nodes = new Map<number, MainNode>();
  #signs: string | undefined;
  #lookedAtMs = 0;
  #forMs = 0;
  /** The time in a stop; `undefined` if no stop was requested. */
  #inStopMs: number | undefined;
  #isTold = false;

  constructor(page: ControlPage, limits: RunLimits) {
    this.#page = page;
    this.limits = limits;
  }

  /** Adds a node on the lane; its record may have belonged to another node. */
  add(node: MainNode): void {
    this.#nodes.set(node.index, node);
  }

  /** Notes a request to stop. @param nowMs as for {@linkcode look} */
  beginStop(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    this.#inStopMs = 0;
  }

  /** The time between checks, milliseconds; `Infinity` if no call can be too long. */
  get everyMs(): number {
    const limits = [this.limits.stuckAfterMs, this.limits.setupTimeoutMs];
    for (const { callTimeoutMs } of this.#nodes.values()) limits.push(callTimeoutMs);
    const leastMs = Math.min(...limits.map(orForever));
    if (leastMs === Infinity && this.#inStopMs !== undefined) return LOOK_EVERY_MS;
    return leastMs === Infinity ? Infinity : Math.min(LOOK_EVERY_MS, Math.ceil(leastMs / LOOKS));
  }

  /** Returns the running call. */
  now(): MainCall | undefined {
    const { rounds, calls, currentNode } = readLanePulse(this.#page, MAIN);
    const node = this.#nodes.get(currentNode);
    if (node === undefined) return undefined;
    const phase = readPhase(this.#page, node.index);
    return { node, isSetup: phase === PHASE.setup, signs: `${node.index} ${rounds} ${calls} ${phase}` };
  }

  /**
   * Checks the lane once.
   *
   * @param nowMs the time, on a clock that never goes back
   */
  look(nowMs: number): LongCall | undefined {
    const stepMs = Math.min(nowMs - this.#lookedAtMs, MAX_STEP_MS);
    this.#lookedAtMs = nowMs;
    const call = this.now();
    const isSame = call !== undefined && call.signs === this.#signs;
    this.#signs = call?.signs;
    this.#forMs = isSame ? this.#forMs + stepMs : 0;
    if (this.#inStopMs !== undefined) this.#inStopMs = isSame ? this.#inStopMs + stepMs : 0;
    if (!isSame) this.#isTold = false;
    if (!isSame) return undefined;
    const { stuckAfterMs, setupTimeoutMs } = this.limits;
    const limitMs = orForever(call.isSetup ? setupTimeoutMs : call.node.callTimeoutMs);
    const isNews = !this.#isTold && this.#forMs >= Math.min(orForever(stuckAfterMs), limitMs);
    this.#isTold ||= isNews;
    return { ...call, forMs: this.#forMs, inStopMs: this.#inStopMs ?? 0, limitMs, isNews };
  }
}

/** Describes a call that holds the main thread. */
export function describeCall({ node: { id, type }, isSetup, forMs }: LongCall): string {
  const ms = Math.floor(forMs);
  return isSetup
    ? `Node "${id}" (${type}) has not returned from setup() for ${ms} ms, and keeps lane "main"`
    : `Node "${id}" (${type}) has kept lane "main" for ${ms} ms without returning`;
}

/** Names the option that gives a call more time. */
export function limitOption({ isSetup }: MainCall): string {
  return isSetup ? '"setupTimeoutMs" of the runtime' : '"callTimeoutMs"';
}

function orForever(ms: number): number {
  return ms === 0 ? Infinity : ms;
}

/**
 * Messages to the watching thread. `answer`: the main thread is responsive. `signals`: the signals to listen to from
 * now on. `run`, `node`, `over`: see `watchMainNodes()`.
 */
export type WatchCommand =
  | { readonly kind: "answer" }
  | { readonly kind: "signals"; readonly names: readonly EndSignal[] }
  | {
    readonly kind: "run";
    readonly run: number;
    readonly control: ArenaToken;
    readonly driver: DriverToken;
    readonly limits: RunLimits;
  }
  | { readonly kind: "node"; readonly run: number; readonly node: MainNode }
  | { readonly kind: "over"; readonly run: number };

/** Messages from the watching thread: it listens to signals, or it requests an `answer`. */
export type WatchReport = "listens" | "are you there?";
