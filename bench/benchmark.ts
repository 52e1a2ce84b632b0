/**
 * What a benchmark is.
 *
 * @module
 */
import type { Row } from "./measure.ts";

/** What a benchmark is told. */
export interface BenchOptions {
  /** Paired runs. */
  readonly runs: number;
  /** Prints what is left out, and why. */
  skip(reason: string): void;
  /** Prints what readers of the figures have to know of this machine. */
  note(text: string): void;
}

/** One benchmark; each of its rows asserts its result before it is timed. */
export interface Benchmark {
  /** As `--only` takes it. */
  readonly name: string;
  /** One line on what is measured and how. */
  readonly about: string;
  run(options: BenchOptions): Promise<Row[]>;
}
