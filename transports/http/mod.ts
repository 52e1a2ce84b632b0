/**
 * Serves pipelines over HTTP: single calls, sessions as server-sent events and sessions over a WebSocket.
 * `@sluice/sluice/client` has the client.
 *
 * @module
 */
export { serveHttp } from "./server.ts";
export type { HttpServer } from "./server.ts";
export type { HttpLimits, HttpOptions } from "./http_options.ts";
export type { ServeOptions, ServeTls } from "../serve_options.ts";
