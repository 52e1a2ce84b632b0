/**
 * Pipelines over HTTP: a server with single calls, sessions as server-sent events and sessions over a WebSocket, and the
 * client of it.
 *
 * @module
 */
export { serveHttp } from "./server.ts";
export type { HttpServer } from "./server.ts";
export type { HttpLimits, HttpOptions } from "./http_options.ts";
export { WebSocketTransport } from "./web_socket_transport.ts";
export type { WebSocketTransportOptions } from "./web_socket_transport.ts";
