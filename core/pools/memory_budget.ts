/**
 * The memory budget of a run's pools.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

/** Options on memory, in a graph file or in `RuntimeOptions.memory`. */
export interface MemoryOptions {
  /** The most bytes of slots that all pools have together. */
  readonly limit?: number;
  /** How many slots are reserved for edits to add to the graph; by default `much`. */
  readonly spare?: "much" | "little";
}

/** The default share of the machine's memory for the pools of a run. */
const SHARE = 0.5;

/** The assumed memory of a machine that cannot be asked, bytes. */
const ASSUMED_BYTES = 4 * 2 ** 30;

/** The memory that the pools of a run may have. */
export class MemoryBudget {
  readonly #isGiven: boolean;
  #limit: number;

  /**
   * Makes the budget of one run.
   *
   * @param options of the graph or the runtime
   * @param machineBytes of memory; `undefined` if unknown
   */
  constructor({ limit }: MemoryOptions, machineBytes: number | undefined) {
    this.#isGiven = limit !== undefined;
    this.#limit = limit ?? Math.floor((machineBytes ?? ASSUMED_BYTES) * SHARE);
  }

  /** The budget: bytes of slots, their headers included. */
  get limit(): number {
    return this.#limit;
  }

  /** Raises the budget to the need of a graph at its start, unless a limit was given. */
  admit(bytes: number): void {
    if (!this.#isGiven) this.#limit = Math.max(this.#limit, bytes);
  }

  /**
   * Checks that pools fit.
   *
   * @param attempt the action, such as `Cannot start`
   * @param pools bytes of each, by name
   * @returns how many bytes are left
   * @throws {SluiceError} `PoolExhausted`
   */
  assertFits(attempt: string, pools: ReadonlyMap<string, number>): number {
    const left = this.#limit - [...pools.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (!(left < 0)) return left;
    const needed = this.#limit - left;
    const say = inMib(needed) === inMib(this.#limit) ? inBytes : inMib;
    const each = [...pools].map(([name, bytes]) => `"${name}" ${say(bytes)}`).join(", ");
    throw new SluiceError(
      "PoolExhausted",
      `${attempt}: its pools need ${say(needed)} (${each}), and memory.limit is ${say(this.#limit)}` +
        `${this.#isGiven ? "" : " by default"}; raise memory.limit, lower the capacity of links, or give pools a ` +
        "slotBytes that fits their frames",
      { key: "memory.limit" },
    );
  }
}

function inMib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** Formats bytes exactly, for amounts that are the same in MiB. */
function inBytes(bytes: number): string {
  return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
}
