/**
 * All that a generated `sluice.gen.ts` imports from the runtime, and nothing that loads a processor.
 *
 * @module
 */
export { defineNodeType, definePackage } from "./registry/node_type.ts";
export type {
  NodeInstance,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
} from "./registry/node_type.ts";
export type { NodeHandle, PortArray } from "./registry/handle.ts";
export type { StreamInput, StreamOutput } from "./ports/stream.ts";
export type { AudioFrame } from "./frames/audio_frame.ts";
export type { DataFrame } from "./frames/data_frame.ts";
