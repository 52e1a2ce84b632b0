/**
 * For people who test processors: runs one of them with no lanes, no native library and a clock that the test moves.
 *
 * @module
 */
export { ProcessorHarness } from "./core/harness.ts";
export type { AudioInput, HarnessOptions } from "./core/harness.ts";
export type { AudioOutput, EncodedOutput, FrameOutput, PacketOutput, VideoOutput } from "./core/harness_copies.ts";
export { assertNodeNotRegistered, assertNodePort, assertNodeRegistered } from "./core/registry/registry_asserts.ts";
