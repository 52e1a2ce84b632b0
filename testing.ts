/**
 * For people who test processors: runs one of them with no lanes, no native library and a clock that the test moves. And
 * for those who test clients and servers of pipelines: a transport without a graph.
 *
 * @module
 */
import "./core/process/require_deno.ts";
export { ProcessorHarness } from "./testing/harness.ts";
export type { AudioInput } from "./testing/input.ts";
export type { AudioOutput, EncodedOutput, FrameOutput, PacketOutput, VideoOutput } from "./testing/copies.ts";
export type { HarnessOptions } from "./testing/options.ts";
export { assertNodeNotRegistered, assertNodePort, assertNodeRegistered } from "./testing/registry_asserts.ts";
export { MockSession, MockTransport } from "./testing/mock_transport.ts";
export type { MockAnswer } from "./testing/mock_transport.ts";
