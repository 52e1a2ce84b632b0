/**
 * Serves the pipelines of a router over gRPC, gRPC-Web and Connect: HTTP/2, in plaintext or with TLS, and with TLS
 * HTTP/1.1 too.
 *
 * Loopback by default; any other address requires a token, the server's own or one that the router accepts, or a
 * certificate.
 *
 * @module
 */
import { createSecureServer, createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { Code, ConnectError, createConnectRouter, createContextValues } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import { Callers } from "../callers.ts";
import { Connections } from "./connections.ts";
import { ARRIVED_CALL, makeGate, type Peer } from "./gate.ts";
import { assertGrpcOptions, DEFAULT_PORT, GRPC_LIMITS, type GrpcOptions } from "./grpc_options.ts";
import { Health } from "./health.gen.ts";
import { healthService } from "./health_service.ts";
import { ItemCodec } from "./items.ts";
import { openWithin } from "./open_within.ts";
import { answerPage } from "./pages.ts";
import { PipelineService } from "./pipeline.gen.ts";
import { pipelineService } from "./pipeline_service.ts";
import { ServerReflection } from "./reflection.gen.ts";
import { reflectionService } from "./reflection_service.ts";

/** How long connections may take to end, milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

const SERVICES = [PipelineService, Health, ServerReflection];

/** A running server. */
export interface GrpcServer extends AsyncDisposable {
  /** `http://127.0.0.1:50051`. */
  readonly url: string;
  /** The token that calls must carry; absent on loopback, with mutual TLS, and where the router checks them. */
  readonly token?: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Ends the calls that are open, with their sessions, and all connections. The router goes on. */
  close(): Promise<void>;
}

/**
 * Serves pipelines until it is closed.
 *
 * @example
 * ```ts ignore
 * import { nodePackage, NodeRegistry } from "@sluice/sluice";
 * import { PipelineRunner, SessionRouter } from "@sluice/sluice/pipelines";
 * import { serveGrpc } from "@sluice/sluice/grpc";
 *
 * const transport = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
 * await using router = new SessionRouter({ transport, graphs: { voice: "examples/voice.json" } });
 * await using server = await serveGrpc(router);
 * console.log(server.url);
 * ```
 *
 * @throws {SluiceError} `InvalidConfig` for an option
 * @throws {Error} with the code `EADDRINUSE` if the port is taken
 */
export async function serveGrpc(router: SessionRouter, options: GrpcOptions = {}): Promise<GrpcServer> {
  assertGrpcOptions(options);
  const { tls } = options;
  const hostname = options.hostname ?? "127.0.0.1";
  const callers = new Callers(router, options);
  const { token } = callers;
  const limits = { ...GRPC_LIMITS, ...options.limits };
  const origins = options.origins ?? [];
  const shutdown = new AbortController();
  const calls = createConnectRouter({
    // What a compressed message becomes is known only once it is in memory.
    acceptCompression: [],
    binaryOptions: { readUnknownFields: false },
    readMaxBytes: limits.messageBytes,
    shutdownSignal: shutdown.signal,
    requestGate: makeGate(callers, limits),
  });
  calls.service(PipelineService, pipelineService(new ItemCodec(limits.messageBytes), limits));
  calls.service(Health, healthService(SERVICES.map(({ typeName }) => typeName)));
  calls.service(ServerReflection, reflectionService(SERVICES));
  const handlers = new Map(calls.handlers.map((each) => [each.requestPath, each]));

  const answer = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
    let opened = () => {};
    try {
      // A connection of HTTP/1.1 serves one call, so that none is open without one.
      if (!isHttp2(request)) response.setHeader("connection", "close");
      if (answerPage(request, response, origins)) return;
      const handler = handlers.get(request.url);
      if (handler === undefined) return answerUnknown(request, response);
      // Throws for an authority that is none.
      const universal = universalRequestFromNodeRequest(request, response, undefined, createContextValues());
      const opening = openWithin(universal.body as AsyncIterable<Uint8Array>, limits.openMs);
      opened = opening.opened;
      universal.contextValues!.set(ARRIVED_CALL, { peer: peerOf(request), opened });
      await universalResponseToNodeResponse(await handler({ ...universal, body: opening.body }), response);
    } catch {
      // The client has gone, or it has named no server.
      if (isHttp2(request)) request.stream.close();
      else request.socket.destroy();
    } finally {
      opened();
    }
  };

  const connections = new Connections(limits);
  const settings = { maxConcurrentStreams: limits.connectionCalls };
  const server = tls === undefined ? createServer({ settings }) : createSecureServer({
    settings,
    allowHTTP1: true,
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa !== undefined && { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
  });
  // Without a certificate, `authorized` is true too.
  const isStranger = (socket: TLSSocket) => tls?.clientCa !== undefined && subjectOf(socket) === undefined;
  server.on("session", (session) => {
    if (isStranger(session.socket as TLSSocket)) session.destroy();
    else connections.add(session);
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    if (socket.alpnProtocol === "h2") return;
    if (isStranger(socket)) socket.destroy();
    else connections.addSingle(socket, limits.openMs);
  });
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    if (isHttp2(request) || connections.begin(request.socket)) void answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? DEFAULT_PORT, hostname, resolve);
  });

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    shutdown.abort(new ConnectError("the server ends", Code.Unavailable));
    connections.retire();
    const timer = setTimeout(() => connections.destroy(), CLOSE_TIMEOUT_MS);
    await isClosed;
    clearTimeout(timer);
  };
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `${tls === undefined ? "http" : "https"}://${shown}:${(server.address() as AddressInfo).port}`,
    ...(token !== undefined && { token }),
    get connections() {
      return connections.size;
    },
    close: () => closed ??= close(),
    [Symbol.asyncDispose]: () => closed ??= close(),
  };
}

/** Whether a request came over HTTP/2. One over HTTP/1.1 has the same members, but no stream. */
function isHttp2(request: Http2ServerRequest): boolean {
  return request.httpVersionMajor === 2;
}

/** Answers a call of a method that there is not, in the form that its protocol asks for. */
function answerUnknown(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const isGrpc = /^application\/grpc(\+|;|$)/.test(request.headers["content-type"] ?? "");
  const unknown = { "content-type": "application/grpc", "grpc-status": `${Code.Unimplemented}` };
  if (isGrpc) response.writeHead(200, unknown);
  else response.writeHead(404);
  response.end();
}

function peerOf(request: Http2ServerRequest): Peer {
  const socket = isHttp2(request) ? request.stream.session?.socket : request.socket;
  const certificateSubject = socket === undefined ? undefined : subjectOf(socket as TLSSocket);
  return {
    ...(socket?.remoteAddress !== undefined && { address: socket.remoteAddress }),
    ...(certificateSubject !== undefined && { certificateSubject }),
  };
}

/** The common name in the certificate of the other end, or all of its subject. */
function subjectOf(socket: TLSSocket): string | undefined {
  const subject = socket.getPeerCertificate?.()?.subject;
  if (subject === undefined) return undefined;
  const parts = Object.entries(subject).map(([name, value]) => `${name}=${value}`);
  return typeof subject.CN === "string" ? subject.CN : parts.join(",");
}
