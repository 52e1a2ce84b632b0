/**
 * For people who test processors: runs one of them with no lanes, no native library and a clock that the test moves.
 *
 * @module
 */
import "./core/require_deno.ts";
export { ProcessorHarness } from "./core/harness.ts";
export type { AudioInput } from "./core/harness_input.ts";
export type { AudioOutput, EncodedOutput, FrameOutput, PacketOutput, VideoOutput } from "./core/harness_copies.ts";
export type { HarnessOptions } from "./core/harness_options.ts";
export { assertNodeNotRegistered, assertNodePort, assertNodeRegistered } from "./core/registry/registry_asserts.ts";
