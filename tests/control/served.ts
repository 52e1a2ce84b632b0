/** A live graph with its control plane, for tests: a paced tone, a gain, a meter. */
import { ok } from "node:assert/strict";
import { type ControlOptions, type ControlServer, serveControl } from "../../control.ts";
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";
import type { Runtime } from "../../core/runtime.ts";
import { nodes, Runtime as SluiceRuntime } from "../../mod.ts";
import { assertCounted } from "../fixtures/accounted.ts";
import { until } from "../fixtures/waiting.ts";

/** How long a server may take to close a connection, milliseconds: the machine may do much else. */
const CLOSE_PATIENCE_MS = 60_000;

/** A runtime that runs, and its server. */
export interface Served extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly server: ControlServer;
  /** Stops the graph, and asserts that its links have counted what its nodes have. */
  stopAndCheck(): Promise<void>;
}

/** Starts the graph and serves it on a free port. */
export async function serveLive(native: "require" | "off", options: ControlOptions = {}): Promise<Served> {
  const runtime = new SluiceRuntime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 440 }), { id: "tone" });
  const gain = runtime.add(nodes.gain({ gainDb: -6 }), { id: "gain" });
  const level = runtime.add(nodes.levelMeter(), { id: "level" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, level.inputs.audioIn);
  await runtime.start();
  const server = serveControl(runtime, { port: 0, ...options });
  return {
    runtime,
    server,
    async stopAndCheck() {
      const flows = () => runtime.stats().links.every(({ written }) => written > 0);
      await until(() => flows() || runtime.paused || !runtime.running);
      const summary = (await runtime.stop())!;
      for (const { id, written } of summary.links) ok(written > 0, id);
      assertCounted(summary);
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** A bare WebSocket to `/rpc`, open. */
export function openSocket({ url }: ControlServer, protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/rpc`, [RPC_PROTOCOL, ...protocols]);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
}

/** Sends a text and gives the next text that comes. */
export function ask(socket: WebSocket, text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const take = ({ data }: MessageEvent) => {
      if (typeof data !== "string") return;
      socket.removeEventListener("message", take);
      resolve(JSON.parse(data));
    };
    socket.addEventListener("message", take);
    socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)), { once: true });
    socket.send(text);
  });
}

/** Resolves once a server has no connection; rejects where it keeps one. */
export async function deserted(server: ControlServer): Promise<void> {
  for (const untilMs = performance.now() + CLOSE_PATIENCE_MS; server.connections > 0;) {
    if (performance.now() > untilMs) throw new Error(`${server.connections} connections stay`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves with the close code; rejects where the server does not close it. */
export function closed(socket: WebSocket): Promise<number> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve(0);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the connection stays open")), CLOSE_PATIENCE_MS);
    socket.addEventListener("close", ({ code }) => (clearTimeout(timer), resolve(code)), { once: true });
  });
}
