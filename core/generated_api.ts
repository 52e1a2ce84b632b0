/**
 * All that a generated `sluice.gen.ts` imports from the runtime, and nothing that loads a processor.
 *
 * @module
 */
export { defineNodeType, definePackage } from "./registry/node_type.ts";
export type {
  NodeInstance,
  NodePackage,
  NodeSpec,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
} from "./registry/node_type.ts";
export { forPlatform } from "./registry/platform.ts";
export { processorClass } from "./registry/processor_class.ts";
export { assignArray, readStruct, StructMemory } from "./frames/struct_memory.ts";
export type { StructType, StructView } from "./frames/struct_memory.ts";
export type { F32, F64, FixedArray, I16, I32, I8, StructLayout, U16, U32, U8 } from "./frames/struct_layout.ts";
export type { Duration, DurationText } from "./duration.ts";
export type { DynamicPort, NodeHandle, PortArray, Untyped } from "./registry/handle.ts";
export type { StreamInput, StreamOutput } from "./ports/stream.ts";
export type { AudioFrame } from "./frames/audio_frame.ts";
export type { DataFrame } from "./frames/data_frame.ts";
export type { EncodedFrame } from "./frames/encoded_frame.ts";
export type { PacketFieldsOf, PacketFrame } from "./frames/packet_frame.ts";
export type { VideoFrame } from "./frames/video_frame.ts";
