/**
 * What a generated `sluice.gen.ts` imports from the runtime, with the types that its declarations are made of, and what
 * makes node types by hand. Loads no processor. People who write processors and build graphs import `@sluice/sluice`.
 *
 * @module
 */
// What it calls.
export { defineNodeType, definePackage } from "./core/registry/node_type.ts";
export { makeNodeType } from "./core/registry/made_type.ts";
export { forPlatform } from "./core/descriptor/platform.ts";
export { processorClass } from "./core/registry/load_type.ts";
export { shippedStage } from "./core/registry/shipped_stage.ts";
export { assignArray, readStruct, StructMemory } from "./core/frames/struct_memory.ts";

// Node types and their descriptors.
export type { FramesByKind, MadeFrames, MadePort, MadePorts, MadeType } from "./core/registry/made_type.ts";
export type {
  AnyNodeType,
  NodeInstance,
  NodePackage,
  NodeSpec,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
} from "./core/registry/node_type.ts";
export type { ConfigObjectSchema, DescriptorLane } from "./core/descriptor/descriptor.ts";
export type { KnownPorts, PortsOf } from "./core/descriptor/known_ports.ts";
export type { DynamicElements } from "./core/descriptor/descriptor.ts";
export type { FormatField } from "./core/frames/format.ts";
export type { Platform } from "./core/descriptor/platform.ts";
export type { ShippedPlugin } from "./core/registry/shipped_stage.ts";

// Ports, frames and handles.
export type { StreamInput, StreamOutput } from "./core/ports/stream.ts";
export type { AudioFrame } from "./core/frames/audio_frame.ts";
export type { DataFrame } from "./core/frames/data_frame.ts";
export type { EncodedFrame } from "./core/frames/encoded_frame.ts";
export type { Frame } from "./core/frames/frame.ts";
export type { PacketFieldsOf, PacketFrame } from "./core/frames/packet_frame.ts";
export type { VideoFrame } from "./core/frames/video_frame.ts";
export type {
  DynamicPort,
  InputRefs,
  InputRefTuple,
  NamedPorts,
  NodeHandle,
  OutputRefs,
  OutputRefTuple,
  PortArray,
  PortShape,
  SinglePort,
  Untyped,
} from "./core/registry/handle.ts";
export type {
  AnyInput,
  AnyOutput,
  CannotLink,
  Linkable,
  Media,
  Mismatch,
  NameOf,
  PortName,
} from "./core/registry/handle.ts";

// Configurations and structs.
export type { DurationText, DurationUnit } from "./core/duration.ts";
export type { ScalarKind, StructField, StructLayout } from "./core/frames/struct_layout.ts";
export type { StructType, StructView } from "./core/frames/struct_memory.ts";
