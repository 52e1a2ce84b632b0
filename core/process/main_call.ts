/**
 * Which call of which node holds the main thread, as the control page shows it to another thread. While a node on lane
 * `main` is called, the lane's record names it, and the lane's rounds and calls stand still: what is the same at two
 * looks is the same call. What else holds the thread, such as the program's own code or what goes on in a node after an
 * `await`, names no node there, so that none is blamed for it.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { readLanePulse, readPhase } from "../stats.ts";

/** Index of lane `main`. */
const MAIN = 0;

/** The most that a look counts for, milliseconds: the whole process may have been stopped since the one before. */
const MAX_STEP_MS = 1_000;

/** How often lane `main` is looked at, milliseconds; more often where a limit is short. */
const LOOK_EVERY_MS = 500;

/** Looks within the shortest limit, at least. */
const LOOKS = 4;

/** Times that a run leaves its nodes, milliseconds. 0: for ever. */
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
  /** How long a call of it may take, milliseconds; 0: for ever. */
  readonly callTimeoutMs: number;
}

/** A call that is under way. */
export interface MainCall {
  readonly node: MainNode;
  readonly isSetup: boolean;
  /** The same as long as it is the same call. */
  readonly signs: string;
}

/** A call that has gone on since an earlier look. */
export interface LongCall extends MainCall {
  /** For how long, at least, milliseconds. */
  readonly forMs: number;
  /** For how long of that a stop has been asked for, milliseconds. */
  readonly inStopMs: number;
  /** How long it may take, milliseconds. */
  readonly limitMs: number;
  /** It is to be reported, and was not yet. */
  readonly isNews: boolean;
}

/** Lane `main` of one run. */
export class MainCalls {
  readonly limits: RunLimits;
  readonly #page: ControlPage;
  /** By index of their records. */
  readonly #nodes = new Map<number, MainNode>();
  #signs: string | undefined;
  #lookedAtMs = 0;
  #forMs = 0;
  /** `undefined`: none is asked for. */
  #inStopMs: number | undefined;
  #isTold = false;

  constructor(page: ControlPage, limits: RunLimits) {
    this.#page = page;
    this.limits = limits;
  }

  /** A node is to run there; the record may have been another one's. */
  add(node: MainNode): void {
    this.#nodes.set(node.index, node);
  }

  /** A stop is asked for. @param nowMs as for {@linkcode look} */
  beginStop(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    this.#inStopMs = 0;
  }

  /** How often it is to be looked at, milliseconds; `Infinity`: never, since no call is too long. */
  get everyMs(): number {
    const limits = [this.limits.stuckAfterMs, this.limits.setupTimeoutMs];
    for (const { callTimeoutMs } of this.#nodes.values()) limits.push(callTimeoutMs);
    const leastMs = Math.min(...limits.map(orForever));
    if (leastMs === Infinity && this.#inStopMs !== undefined) return LOOK_EVERY_MS;
    return leastMs === Infinity ? Infinity : Math.min(LOOK_EVERY_MS, Math.ceil(leastMs / LOOKS));
  }

  /** The call that is under way now. */
  now(): MainCall | undefined {
    const { rounds, calls, currentNode } = readLanePulse(this.#page, MAIN);
    const node = this.#nodes.get(currentNode);
    if (node === undefined) return undefined;
    const phase = readPhase(this.#page, node.index);
    return { node, isSetup: phase === PHASE.setup, signs: `${node.index} ${rounds} ${calls} ${phase}` };
  }

  /**
   * Looks once.
   *
   * @param nowMs on a clock that never goes back
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

/** What is said of a call that holds the main thread. */
export function describeCall({ node: { id, type }, isSetup, forMs }: LongCall): string {
  const ms = Math.floor(forMs);
  return isSetup
    ? `Node "${id}" (${type}) has not returned from setup() for ${ms} ms, and keeps lane "main"`
    : `Node "${id}" (${type}) has kept lane "main" for ${ms} ms without returning`;
}

/** The option that gives a call more time. */
export function limitOption({ isSetup }: MainCall): string {
  return isSetup ? '"setupTimeoutMs" of the runtime' : '"callTimeoutMs"';
}

function orForever(ms: number): number {
  return ms === 0 ? Infinity : ms;
}
