/**
 * For people who test processors: runs one of them with no lanes, no native library and a clock that the test moves.
 *
 * @module
 */
export { ProcessorHarness } from "./core/harness.ts";
export type { AudioInput, AudioOutput, HarnessOptions } from "./core/harness.ts";
