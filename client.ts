/**
 * A client of pipelines over HTTP and WebSocket, for Deno, Node 22 and later, and browsers: it loads no package, nothing
 * of Deno or Node, and nothing of what runs graphs.
 *
 * ```ts ignore
 * import { TransportData, WebSocketTransport } from "@sluice/sluice/client";
 *
 * const client = new WebSocketTransport("http://127.0.0.1:8080");
 * const session = await client.stream("quieter");
 * await session.sendInput(new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(960)] }));
 * console.log(await session.recvOutput());
 * await session.close();
 * ```
 *
 * @module
 */
export { WebSocketTransport } from "./transports/http/web_socket_transport.ts";
export type { WebSocketTransportOptions } from "./transports/http/web_socket_transport.ts";
export type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "./core/pipeline/transport.ts";
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
export { SluiceError } from "./core/errors.ts";
export type { SluiceErrorCode, SluiceErrorDetails } from "./core/errors.ts";
