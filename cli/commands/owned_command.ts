/**
 * `sluice serve --owned`: a runtime for the program that starts this command, which writes its options as one line of
 * JSON to standard input. The graph is built and started over the control plane, and ends with its owner: when standard
 * input is closed.
 *
 * @module
 */
import { type ControlServer, serveLogged } from "../../control/server/server.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import { PipelineRunner } from "../../core/pipeline/pipeline_runner.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { watchMainSignals } from "../../core/process/main_watch.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { RuntimeOptions } from "../../core/runtime_options.ts";
import { serveHttp } from "../../transports/http/mod.ts";
import { reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { readServeAddress } from "../output/serve_address.ts";
import { EndSignals } from "../output/signals.ts";
import type { ServeArgs } from "../pipeline_args.ts";
import { loadTypes } from "../project/packages.ts";
import { openAppDoor } from "./app_door.ts";
import { readGraph } from "./read_graph.ts";
import { TOKEN_VARIABLE } from "./serve_command.ts";

/** How long sessions may take to end once the server is to, milliseconds. */
const DRAIN_MS = 1_000;

/** The owner is one program, and not kept from its own graph: the limits are those of a program that loops by mistake. */
const LIMITS = { callsPerSecond: 5_000, burst: 10_000, mainShare: 0.9, messageChars: 16 * 2 ** 20, subscriptions: 256 };

/** A session is idle for as long as its owner likes: at most 24 days, which is the longest that timers count. */
const SESSIONS = { sessions: 1_000, itemBytes: 2 ** 28, idleMs: 2 ** 31 - 1 };

/**
 * Serves until standard input is closed, or a signal comes.
 *
 * @param token of `--token-file` or the environment
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` without a token, or for an address that is taken
 */
export async function serveOwned(args: ServeArgs, token: string | undefined, io: Io): Promise<number> {
  if (token === undefined) {
    const message = `Cannot serve a graph to its owner without a token: set ${TOKEN_VARIABLE}, or give --token-file`;
    throw new SluiceError("InvalidConfig", message, { key: "--owned" });
  }
  assertAlone(args);
  const owner = new Owner();
  const made = await makeRuntime(args, readOptions(await owner.firstLine));
  if (!(made instanceof Runtime)) return reportErrors(made, io, true);
  await using runtime = made;
  using _mainSignals = watchMainSignals();
  const transport = new PipelineRunner({ registry: viewRuntime(runtime).registry! });
  await using router = new SessionRouter({ transport, graphs: {}, admit: (given) => given, limits: SESSIONS });
  await using pipelines = serveHttp(router, { ...addressOf(args.http), token });
  await using control: ControlServer = serveLogged(runtime, {
    ...addressOf(args.page),
    token,
    title: args.graph ?? "the new graph",
    sessions: router,
    commands: { all: true },
    limits: LIMITS,
    ...(args.graph !== undefined && { graphFile: args.graph }),
  });
  await using door = openAppDoor(runtime, token);
  using signals = new EndSignals(io);
  io.stdout.line(
    JSON.stringify({ event: "serving", url: control.url, pipelines: pipelines.url, app: door.url }),
  );
  const code = await Promise.race([owner.gone, signals.received]);
  await router.drain(DRAIN_MS);
  return code;
}

/** Refuses options that say what others may do. @throws {SluiceError} `InvalidConfig` */
function assertAlone(args: ServeArgs): void {
  const { pipelines, allowGraphs, grpc, tlsCert, tlsKey, tlsClientCa, maxSessions, journal } = args;
  const given = {
    "--pipelines": pipelines,
    "--allow-graphs": allowGraphs,
    "--grpc": grpc,
    "--tls-cert": tlsCert,
    "--tls-key": tlsKey,
    "--tls-client-ca": tlsClientCa,
    "--max-sessions": maxSessions,
    "--journal": journal,
    "--origin": args.origins[0],
    "--allow-host": args.allowHosts[0],
    "--root": args.roots[0],
    "--allow-plugin": args.allowPlugins[0],
    "--lock": args.lock || undefined,
    "--allow-programs": args.allowPrograms || undefined,
  };
  const key = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (key === undefined) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot use ${key} with --owned: its owner may do everything, and others nothing`,
    {
      key,
    },
  );
}

/** @throws {SluiceError} `InvalidConfig` for a line that is no object */
function readOptions(line: string): RuntimeOptions {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch { /* told below */ }
  if (isPlainObject(read)) return read;
  const message = "Cannot read the options of the runtime: wanted one line of JSON in standard input, such as {}";
  throw new SluiceError("InvalidConfig", message, { key: "--owned" });
}

/**
 * Makes the runtime, with the graph of the file if there is one.
 *
 * @param options as those of a runtime in a script
 * @returns what is wrong with the file, if something is
 */
async function makeRuntime(
  { graph, packages, plugins }: ServeArgs,
  options: RuntimeOptions,
): Promise<Runtime | readonly SluiceError[]> {
  if (graph === undefined) {
    const { registry } = await loadTypes({ packages, plugins });
    return new Runtime({ ...options, registry, signals: false });
  }
  const { document, errors, registry } = await readGraph({ graph, set: [], packages, plugins });
  if (document === undefined) return errors;
  const runtime = new Runtime({ ...graphOptions(document), ...options, registry, signals: false });
  buildGraph(document, runtime);
  return runtime;
}

/** Any free port of this machine, unless one is given. */
function addressOf(given: string | undefined): { readonly hostname?: string; readonly port: number } {
  const { hostname, port = 0 } = given === undefined ? {} : readServeAddress(given);
  return { port, ...(hostname !== undefined && { hostname }) };
}

/** The program at the other end of standard input. */
class Owner {
  /** The options of the runtime, as JSON. */
  readonly firstLine: Promise<string>;
  /** Resolves with the exit code once it has closed standard input, or has ended. */
  readonly gone: Promise<number>;

  constructor() {
    const first = Promise.withResolvers<string>();
    this.firstLine = first.promise;
    this.gone = this.#read(first.resolve);
  }

  async #read(tell: (line: string) => void): Promise<number> {
    let line = "";
    const decoder = new TextDecoder();
    for await (const bytes of Deno.stdin.readable) {
      line += decoder.decode(bytes, { stream: true });
      if (line.includes("\n")) tell(line.slice(0, line.indexOf("\n")));
    }
    tell(line);
    return 0;
  }
}
