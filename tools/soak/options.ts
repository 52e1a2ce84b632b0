/**
 * The options of `deno task soak`.
 *
 * @module
 */
import { parseArgs } from "node:util";

const HELP = `Usage: deno task soak [--minutes N] [--seed N]

Runs a graph over four lanes under edits, faults, restarts and hangs, and watches the memory, the open files and the
threads of the process.

  --minutes N   how long, from 1 (30); memory is judged from 20 on
  --seed N      of the edits, to repeat a run; it is printed
  --help        this text

Ends with 0 if nothing grows and every count is right, with 1 if not, with 2 for wrong options.`;

/** What was asked for. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
}

/** Reads the command line; prints the help or what is wrong with it, and ends the process. */
export function readOptions(args: readonly string[]): SoakOptions {
  const options = { minutes: { type: "string" }, seed: { type: "string" }, help: { type: "boolean" } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      console.log(HELP);
      Deno.exit(0);
    }
    const minutes = Number(values.minutes ?? 30);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    if (!(minutes >= 1 && minutes < Infinity)) {
      throw new RangeError(`--minutes is ${JSON.stringify(values.minutes)}, wanted a number from 1 on`);
    }
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`--seed is ${JSON.stringify(values.seed)}, wanted an integer`);
    }
    return { minutes, seed };
  } catch (error) {
    console.error(`error: ${(error as Error).message}; deno task soak --help tells more`);
    Deno.exit(2);
  }
}
