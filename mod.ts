/**
 * Sluice: media and sensor streams for Deno. Processors are annotated TypeScript classes; a generator turns the
 * annotations into node factories and typed handles; a runtime runs graphs of them on several cores.
 *
 * The standard processors are in {@linkcode nodes}.
 *
 * @example A tone, turned down
 * ```ts
 * import { nodes, Runtime } from "@sluice/sluice";
 *
 * await using runtime = new Runtime({ mode: "offline" });
 * const tone = runtime.add(nodes.toneSource({ frequencyHz: 440, durationSeconds: 1 }));
 * const gain = runtime.add(nodes.gain({ gainDb: -6 }));
 * runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
 * await runtime.start();
 * const { outcome } = await runtime.finished;
 * if (outcome !== "completed") throw new Error(outcome);
 * ```
 *
 * This module is for people who write processors and build graphs. Its neighbours: `@sluice/sluice/nodes` has the types
 * of the standard processors (`GainConfig`, `GainHandle`, what their data frames carry), `@sluice/sluice/stages` has
 * the native stages for video, codecs and sensors, `@sluice/sluice/testing` is for tests of processors,
 * `@sluice/sluice/generated` is what a `sluice.gen.ts` imports, `@sluice/sluice/kernels` has loops over samples with the
 * vector instructions of the processor, `@sluice/sluice/media` reads what is in media files and counts their times,
 * `@sluice/sluice/gpu` has the graphics processor for processors in TypeScript, and `@sluice/sluice/pipelines` is for graphs that are called from elsewhere.
 *
 * @module
 */
import "./core/process/require_deno.ts";

// A processor: its annotations, its life, its ports.
export { command, config, input, output, processor } from "./core/annotations.ts";
export type {
  CommandOptions,
  ConfigOptions,
  DynamicPortOptions,
  InputOptions,
  OutputOptions,
  ProcessorMode,
  ProcessorOptions,
} from "./core/annotations.ts";
export type { KnownPorts, PortsOf } from "./core/descriptor/known_ports.ts";
export type { NodeLog, Processor, ProcessorContext } from "./core/processor.ts";
export type { ShapeOf, StreamInput, StreamOutput, WaitOptions } from "./core/ports/stream.ts";
export type { Duration } from "./core/duration.ts";
export type { F32, F64, FixedArray, I16, I32, I8, U16, U32, U8 } from "./core/frames/struct_layout.ts";

// Frames and their formats.
export type { Frame } from "./core/frames/frame.ts";
export type { AudioFrame, AudioShape } from "./core/frames/audio_frame.ts";
export type { DataFrame, DataShape } from "./core/frames/data_frame.ts";
export type { EncodedFrame, EncodedShape } from "./core/frames/encoded_frame.ts";
export type {
  ColumnOf,
  PacketFields,
  PacketFieldsOf,
  PacketFrame,
  PacketNumber,
  PacketShape,
} from "./core/frames/packet_frame.ts";
export { planesOf } from "./core/frames/video_frame.ts";
export type { PlaneLayout, VideoFrame, VideoShape } from "./core/frames/video_frame.ts";
export type {
  AudioAccepts,
  AudioFormat,
  ChannelLayout,
  Codec,
  DataFormat,
  EncodedAccepts,
  EncodedFormat,
  FormatAccepts,
  FrameFormat,
  FrameKind,
  PacketFormat,
  PixelFormat,
  VideoAccepts,
  VideoFormat,
} from "./core/frames/format.ts";
export type { PixelAspect } from "./core/frames/pixel_aspect.ts";

// Node types: the standard ones, and registries of them.
export { nodePackage, nodes } from "./sluice.gen.ts";
export { collectNodes } from "./core/graph/registry_file.ts";
export { NodeRegistry } from "./core/registry/node_registry.ts";
export type { BuildEnvironment, NodeMetadata, RegistryBuilder } from "./core/registry/node_registry.ts";
export type {
  CommandDescriptor,
  ConfigSchema,
  NodeDescriptor,
  PortDescriptor,
  Reach,
} from "./core/descriptor/descriptor.ts";
export type { NodePackage, NodeSpec, NodeType } from "./core/registry/node_type.ts";

// A graph: the runtime, its options, nodes and links.
export { Runtime } from "./core/runtime.ts";
export type { LinkRef } from "./core/runtime/graph_names.ts";
export type { PortInfo } from "./core/runtime/graph_names.ts";
export type { AddOptions, EditOptions, RuntimeOptions } from "./core/runtime_options.ts";
export type { GraphEdit, ReplaceOptions } from "./core/live/graph_edit.ts";
export type { PlannedEdit, PlannedLink, PlannedSuccession } from "./core/live/planned_edit.ts";
export type { DynamicInputRef, DynamicOutputRef, InputRef, NodeHandle, OutputRef } from "./core/registry/handle.ts";
export { linkId, nodeId, portAddress } from "./core/ids.ts";
export type { LinkId, NodeId, PortAddress } from "./core/ids.ts";
export type { GraphMode, LinkCapacity, LinkOptions, LinkPolicy } from "./core/links/policy.ts";
export type { LaneKind, LaneOptions, LanePriority } from "./core/placement/lane_options.ts";
export type { PoolSize } from "./core/pools/pool_plan.ts";
export type { IsolatePermissions } from "./core/placement/isolation.ts";
export type { RestartPolicy, Supervision } from "./core/graph/supervision.ts";
export type { DriverKind } from "./core/driver/driver.ts";

// Sources that a script feeds, and sinks that it reads.
export { appSink } from "./core/app/app_sink.ts";
export type { AppSinkHandle } from "./core/app/app_sink.ts";
export { appSource } from "./core/app/app_source.ts";
export type { AppSourceHandle } from "./core/app/source_node.ts";
export type {
  AppAudioBlock,
  AppAudioOptions,
  AppEncodedOptions,
  AppEncodedUnit,
  AppPacketOptions,
  AppPicture,
  AppRecords,
  AppValue,
  AppVideoOptions,
} from "./core/app/source_items.ts";

// Graph files, and pictures of graphs.
export { checkGraph, loadGraph, parseGraph } from "./core/graph/load.ts";
export type { GraphCheck } from "./core/graph/load.ts";
export type { ConfigOverride } from "./core/graph/check_nodes.ts";
export { buildGraph, graphOptions } from "./core/graph/build.ts";
export type { BuildOptions, BuiltGraph, GraphTarget } from "./core/graph/build.ts";
export type { GraphDocument, GraphLink, GraphNode } from "./core/graph/schema.ts";
export type { GraphFile, GraphFileLink, GraphFileNode } from "./core/graph/schema.ts";
export { GraphView } from "./core/graph/graph_view.ts";
export { graphToDot } from "./core/graph/drawing.ts";
export { graphToMermaid } from "./core/graph/drawing.ts";

// A running graph: its figures, events and errors.
export type {
  DropCounts,
  Figures,
  LaneStats,
  LinkState,
  LinkStats,
  NodeActivity,
  NodeProgress,
  NodeState,
  NodeStats,
  PathLatency,
  PoolStats,
  RunSummary,
  RuntimeStats,
} from "./core/stats.ts";
export type { Quantiles } from "./core/stats/histogram.ts";
export type { EventBus, EventStream, SubscribeOptions, Subscription } from "./core/events/bus.ts";
export type {
  ErrorEvent,
  EventBody,
  EventStamp,
  GraphEvent,
  LaneEvent,
  LinkEvent,
  NodeEvent,
  OwnEvent,
  PluginEvent,
  RuntimeEvent,
  SluiceEvent,
} from "./core/events/event.ts";
export type { EventSchema } from "./core/events/own_topics.ts";
export type { Topic } from "./core/events/topics.ts";
export { SluiceError } from "./core/errors.ts";
export type { SerializedError, SluiceErrorCode, SluiceErrorDetails, SourcePlace } from "./core/errors.ts";
