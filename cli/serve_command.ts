/**
 * `sluice run --serve`: the control plane and the page beside a run.
 *
 * @module
 */
import { type ControlServer, DEFAULT_PORT, serveControl } from "../control/server.ts";
import { SluiceError } from "../core/errors.ts";
import type { Runtime } from "../core/runtime.ts";
import type { Io } from "./output.ts";

/** Ports that are tried where none was asked for. */
const TRIED_PORTS = 20;

const MAX_PORT = 65_535;

/**
 * Serves a runtime on loopback and prints the address, once.
 *
 * @param port a number, or `auto` for the first free one from the default port on
 * @throws {SluiceError} `InvalidConfig` if the port is taken or there is none of that number
 */
export function serveRun(
  runtime: Runtime,
  port: string,
  args: { readonly graph: string; readonly json: boolean },
  io: Io,
): ControlServer {
  const server = port === "auto"
    ? serveOnFree(runtime, args.graph)
    : serveOn(runtime, args.graph, readPort(port)) ?? refuseTaken(port);
  if (args.json) io.stdout.line(JSON.stringify({ event: "serving", url: server.url }));
  else io.stderr.line(`Live page: ${server.url}`);
  return server;
}

function serveOnFree(runtime: Runtime, title: string): ControlServer {
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIED_PORTS; port++) {
    const server = serveOn(runtime, title, port);
    if (server !== undefined) return server;
  }
  return serveControl(runtime, { port: 0, title });
}

/** @returns `undefined` if the port is taken */
function serveOn(runtime: Runtime, title: string, port: number): ControlServer | undefined {
  try {
    return serveControl(runtime, { port, title });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (port >= 1 && port <= MAX_PORT) return port;
  throw new SluiceError("InvalidConfig", `Cannot serve on port ${text}: wanted 1 to ${MAX_PORT}`, { key: "--serve" });
}

function refuseTaken(port: string): never {
  throw new SluiceError(
    "InvalidConfig",
    `Cannot serve on port ${port}: it is taken; choose another one, or leave =${port} out for a free one`,
    { key: "--serve" },
  );
}
