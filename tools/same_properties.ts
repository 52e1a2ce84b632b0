/**
 * Loaded before each test module by `deno task test` and `deno task ok` (`deno test --preload`): property tests try the
 * same values in every run, so that the result depends on the commit alone. Those of `deno task ok:deep`, and of a test
 * module that is run by itself, are other ones each time.
 *
 * @module
 */
import fc from "fast-check";

/** What the values are drawn from. */
const SEED = 1_618_033;

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
