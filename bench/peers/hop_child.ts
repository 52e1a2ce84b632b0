/**
 * Prints what an in-lane hop costs with the runtime that this file stands beside, in the calm stretches of the run.
 *
 * @module
 */
import { runChain } from "../graph.ts";

const [perTick, counted] = Deno.args;
const { seen } = await runChain({
  passes: 20,
  classes: 4,
  frames: 100_000,
  warmup: 40_000,
  perTick: Number(perTick),
  counted: counted === "true",
});
console.log(seen.calmNs / 21);
