/**
 * Pipelines: graphs that are called from elsewhere, by items that go in and come out. The contract of transports, the
 * runner of graphs in this process, and the router of a server's sessions. The transports themselves are modules of
 * their own: `@sluice/sluice/http`, `@sluice/sluice/grpc` and `@sluice/sluice/client`.
 *
 * @module
 */
import "./core/process/require_deno.ts";

// The contract.
export { BaseSession } from "./core/pipeline/transport.ts";
export type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "./core/pipeline/transport.ts";

// Items, and their formats.
export { TransportData } from "./core/pipeline/transport_data.ts";
export type {
  TransportAudio,
  TransportBytes,
  TransportEncoded,
  TransportEnd,
  TransportFormat,
  TransportLabels,
  TransportPacket,
  TransportPayload,
  TransportText,
  TransportTimes,
  TransportValue,
  TransportVideo,
} from "./core/pipeline/transport_data.ts";
export { binaryFormat } from "./core/pipeline/binary_format.ts";
export type { TransportFormatOptions } from "./core/pipeline/binary_format.ts";
export { jsonFormat } from "./core/pipeline/json_format.ts";

// Graphs of this process.
export { PipelineRunner } from "./core/pipeline/pipeline_runner.ts";
export type { PipelineRunnerOptions } from "./core/pipeline/pipeline_runner.ts";
export type { SessionRuntimeOptions } from "./core/pipeline/prepared_pipeline.ts";

// Servers: sessions, and what graphs from clients may name.
export { SessionRouter } from "./core/pipeline/session_router.ts";
export type {
  CallerAccess,
  Credentials,
  RouterClock,
  RouterFigures,
  SessionEnd,
  SessionFigures,
  SessionLimits,
  SessionRefusal,
  SessionRouterOptions,
} from "./core/pipeline/router_options.ts";
export { GraphPolicy } from "./core/pipeline/graph_policy.ts";
export type { GraphPolicyLimits, GraphPolicyOptions } from "./core/pipeline/graph_policy.ts";
