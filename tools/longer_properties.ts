/**
 * Loaded before each test module by `deno task ok:deep` (`deno test --preload`): property tests that do not state a
 * number of runs make 5,000 instead of 100. Those that do may read `SLUICE_DEEP` or `SLUICE_FUZZ_RUNS`, which that task
 * sets too.
 *
 * @module
 */
import fc from "fast-check";

/** Runs of each property. */
const RUNS = 5_000;

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: RUNS });
