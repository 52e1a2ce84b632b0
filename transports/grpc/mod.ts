/**
 * Pipelines over gRPC: a server with single calls and streams, health and reflection, and the client of it.
 *
 * @module
 */
export { serveGrpc } from "./server.ts";
export type { GrpcServer } from "./server.ts";
export type { GrpcLimits, GrpcOptions, GrpcTls } from "./grpc_options.ts";
export type { ServeOptions, ServeTls } from "../serve_options.ts";
export { GrpcTransport } from "./grpc_transport.ts";
export type { GrpcTransportOptions } from "./grpc_transport.ts";
