/**
 * Loops over samples that run with the vector instructions of the processor, for processors to call on the memory of
 * frames. A processor keeps its control flow in TypeScript and makes one call for each block.
 *
 * What runs them is chosen at the first call in an isolate (`choose_engine.ts`). The results have the same bits
 * whatever runs them; only which NaN a NaN is may differ.
 *
 * Hot path: no method allocates with the native library; in portable mode arrays that {@linkcode Kernels.float32} did
 * not make are copied in and out. None blocks.
 *
 * @module
 */
import { chooseEngine } from "./choose_engine.ts";
import type { Engine, EngineName, PolyphaseTable } from "./engine.ts";

/** Partial sums of an inner product, of which the number of taps is a multiple. */
const PARTIAL_SUMS = 16;

/**
 * The kernels. Every call checks that it stays within its arrays, and that what it writes is not what it reads.
 *
 * @example
 * ```ts
 * import { kernels } from "@sluice/sluice/kernels";
 *
 * const table = { coefficients: kernels.float32(2 * 16).fill(1 / 16), taps: 16, rows: 1, up: 1, down: 1 };
 * const source = new Float32Array(100).fill(0.5);
 * const target = new Float32Array(85);
 * kernels.polyphase(source, 0, target, table, 0); // a moving average of 16 samples
 * if (target[84] !== 0.5) throw new Error("not the average");
 * ```
 */
export class Kernels {
  #engine: Engine | undefined;
  readonly #open: () => Engine;

  /** @param open gives what runs them, at the first call */
  constructor(open: () => Engine) {
    this.#open = open;
  }

  /** What runs them here. */
  get engine(): EngineName {
    return this.#chosen().name;
  }

  /**
   * Makes an array of zeros that kernels reach without a copy in portable mode too: for tables and for state that lives
   * longer than a block. Keep the array itself: its memory is used again when it is garbage, whatever other views of
   * its buffer there are.
   */
  float32(length: number): Float32Array<ArrayBuffer> {
    return this.#chosen().float32(length);
  }

  /**
   * Filters by one of several filters for each output sample: a sample-rate converter. The first output sample is made
   * of `taps` input samples from `start` on, by the filter of `phase`; each further one lies `down / up` of an input
   * sample later.
   *
   * Sums are of 32-bit floats, in 16 partial sums: against 64-bit sums the error is below 5e-7 of full scale for
   * filters whose coefficients add up to 1.
   *
   * @param source input
   * @param start index of the first input sample
   * @param target gets as many samples as it has
   * @param table of filters
   * @param phase of the first output sample, 0 to `up` - 1
   * @throws {RangeError} if the input or the table ends too early, or a number is out of its range
   */
  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    if (target.length === 0) return;
    if (!(isCount(taps) && taps % PARTIAL_SUMS === 0)) refuse("polyphase", `taps is ${taps}`, "a multiple of 16");
    if (!(isCount(rows) && isCount(up) && isCount(down) && rows <= up)) {
      refuse("polyphase", `rows, up and down are ${rows}, ${up} and ${down}`, "whole numbers from 1, rows at most up");
    }
    if (!(Number.isInteger(phase) && phase >= 0 && phase < up)) {
      refuse("polyphase", `phase is ${phase}`, `0 to ${up - 1}`);
    }
    if (coefficients.length < (rows + 1) * taps) {
      refuse("polyphase", `there are ${coefficients.length} coefficients`, `${(rows + 1) * taps}`);
    }
    const needed = Math.floor((phase + (target.length - 1) * down) / up) + taps;
    if (!(Number.isInteger(start) && start >= 0 && start + needed <= source.length)) {
      refuse("polyphase", `the source has ${source.length} samples`, `${needed} from index ${start} on`);
    }
    assertApart("polyphase", target, source);
    assertApart("polyphase", target, coefficients);
    this.#chosen().polyphase(source, start, target, table, phase);
  }

  #chosen(): Engine {
    return this.#engine ??= this.#open();
  }
}

/** The kernels of this isolate. */
export const kernels: Kernels = new Kernels(chooseEngine);

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 0xffffffff;
}

function refuse(kernel: string, found: string, wanted: string): never {
  throw new RangeError(`Cannot run kernel "${kernel}": ${found}, wanted ${wanted}`);
}

/** Checks that what a kernel writes is not what it reads. */
function assertApart(kernel: string, target: ArrayBufferView, source: ArrayBufferView): void {
  if (source.byteOffset >= target.byteOffset + target.byteLength) return;
  if (target.byteOffset >= source.byteOffset + source.byteLength || source.buffer !== target.buffer) return;
  refuse(kernel, "the target overlaps the source", "memory of its own");
}
