/**
 * `sluice call`: runs a graph of a server on files, and writes what comes out.
 *
 * @module
 */
import { listNames, SluiceError } from "../../core/errors.ts";
import { didYouMean } from "../../core/errors/suggestion.ts";
import type { PipelineGraph, PipelineTransport, StreamSession } from "../../core/pipeline/transport.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { WebSocketTransport } from "../../transports/http/web_socket_transport.ts";
import { type PayloadWriter, payloadWriter, type PortFile, portFile, readPayloads, valueLine } from "./call_files.ts";
import { readTokenFile } from "./token_file.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { ProgressDisplay } from "../output/progress.ts";
import { EndSignals } from "../output/signals.ts";
import { formatClock } from "../output/table.ts";
import type { CallArgs } from "../pipeline_args.ts";

/** What went in and came out so far. */
interface Counts {
  sent: number;
  received: number;
  /** Sound that came out, nanoseconds. */
  doneNs: number;
}

/**
 * @returns the exit code
 * @throws {SluiceError} what is wrong with a file, the server or the graph
 */
export async function callCommand(args: CallArgs, io: Io): Promise<number> {
  const inputs = args.inputs.map((each) => portFile(each, "--input"));
  const outputs = args.outputs.map((each) => portFile(each, "--output"));
  assertDifferent(outputs);
  const token = await readTokenFile(args.tokenFile);
  await using client = await clientOf(args.url, token);
  using signals = new EndSignals(io);
  const opening = client.stream(await readGraph(args.graph)).catch((error) => {
    if (token !== undefined || error.code !== "AccessDenied" || error.key !== "token") throw error;
    throw new SluiceError("AccessDenied", `${error.message}: give --token-file, or set SLUICE_TOKEN`);
  });
  const opened = await Promise.race([opening, signals.received.then(() => undefined)]);
  if (opened === undefined) {
    void opening.then((late) => late.close()).catch(() => {});
    return signals.exitCode!;
  }
  await using session = opened;
  assertPorts(session, args.graph, "input", inputs);
  assertPorts(session, args.graph, "output", outputs);
  const files = outputs.map((each) => ({ ...each, writer: payloadWriter(each) }));
  const writers = new Map(files.map(({ port, writer }) => [port, writer]));
  const counts: Counts = { sent: 0, received: 0, doneNs: 0 };
  const startedMs = performance.now();
  const style = args.quiet ? "none" : args.json ? "json" : io.interactive ? "bar" : "lines";
  void signals.received.then(() => session.close());
  try {
    using _display = new ProgressDisplay(style, io, () => ({
      elapsedNs: (performance.now() - startedMs) * 1e6,
      ...(counts.doneNs > 0 && { positionNs: counts.doneNs }),
      dropped: 0,
      framesRead: counts.received,
    }));
    await Promise.all([receiveAll(session, writers, counts, io), sendAll(session, inputs, counts)]);
    if (signals.exitCode !== undefined) throw new SluiceError("Busy", "Cannot go on: it was stopped");
  } catch (error) {
    for (const writer of writers.values()) await writer.abort();
    if (signals.exitCode !== undefined) return signals.exitCode;
    throw error;
  }
  const written: string[] = [];
  const missing: string[] = [];
  for (const { path, writer } of files) (await writer.end() ? written : missing).push(path);
  if (!args.quiet) report(written, counts, args, io);
  for (const path of missing) io.stderr.line(`error: Cannot write "${path}": nothing came out for it`);
  return missing.length > 0 ? EXIT.failed : EXIT.ok;
}

/** A client of the transport that an address is of. @throws {SluiceError} `InvalidConfig` if it is none */
async function clientOf(url: string, token: string | undefined): Promise<PipelineTransport & AsyncDisposable> {
  const options = token === undefined ? {} : { token };
  if (/^grpcs?:/i.test(url)) {
    const { GrpcTransport } = await import("../../transports/grpc/mod.ts");
    return new GrpcTransport(url, options);
  }
  // Its sessions have a connection each, which ends with them.
  return Object.assign(new WebSocketTransport(url, options), { [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** @throws {SluiceError} `InvalidConfig` for two files of one port */
function assertDifferent(outputs: readonly PortFile[]): void {
  const again = outputs.find(({ port }, at) => outputs.findIndex((each) => each.port === port) < at);
  if (again === undefined) return;
  const what = again.port === undefined ? "a file without a port" : `port "${again.port}"`;
  throw new SluiceError("InvalidConfig", `Cannot write "${again.path}": ${what} is given twice`, { key: "--output" });
}

/** Names a port that the graph lacks before anything is sent. @throws {SluiceError} `PortNotFound` */
function assertPorts(
  { ports }: StreamSession,
  graph: string,
  side: "input" | "output",
  files: readonly PortFile[],
): void {
  const names = ports?.[`${side}s`];
  const wrong = files.find(({ port }) => port !== undefined && names?.includes(port) === false);
  if (wrong === undefined || names === undefined) return;
  const { port = "", path } = wrong;
  const what = `graph "${graph}" has no ${side} "${port}"${didYouMean(port, names)}; ${side}s: ${listNames(names)}`;
  const message = `Cannot use --${side} ${port}=${path}: ${what}`;
  throw new SluiceError("PortNotFound", message, { port, available: [...names], key: `--${side}` });
}

/** A graph file is sent along; anything else is the name of a graph that the server has. */
async function readGraph(graph: string): Promise<PipelineGraph> {
  if (!graph.endsWith(".json")) return graph;
  try {
    return JSON.parse(await Deno.readTextFile(graph));
  } catch (error) {
    throw new SluiceError("InvalidGraph", `Cannot read graph "${graph}": ${(error as Error).message}`);
  }
}

/** Sends all files beside each other, and the end of each. */
async function sendAll(session: StreamSession, inputs: readonly PortFile[], counts: Counts): Promise<void> {
  try {
    await Promise.all(inputs.map(async (file) => {
      const labels = file.port === undefined ? {} : { port: file.port };
      for await (const payload of readPayloads(file)) {
        await session.sendInput(new TransportData(payload, labels));
        counts.sent++;
      }
    }));
    await session.sendInput(new TransportData({ kind: "end" }));
  } catch (error) {
    // A graph may end before it has all of its input.
    if (!(error instanceof SluiceError && error.code === "Busy")) throw error;
  }
}

/** Writes outputs to the file of their port; values without one go to standard output. */
async function receiveAll(
  session: StreamSession,
  writers: ReadonlyMap<string | undefined, PayloadWriter>,
  counts: Counts,
  io: Io,
): Promise<void> {
  for await (const { port, payload } of session) {
    counts.received++;
    if (payload.kind === "audio" && payload.ptsNs !== undefined) {
      const lengthNs = (payload.channels[0]?.length ?? 0) / payload.sampleRateHz * 1e9;
      counts.doneNs = Math.max(counts.doneNs, Math.round((payload.ptsNs + lengthNs) / 1e6) * 1e6);
    }
    const writer = writers.get(port) ?? writers.get(undefined);
    const line = writer === undefined ? valueLine(payload) : undefined;
    if (writer !== undefined) await writer.write(payload);
    else if (line !== undefined) io.stdout.line(line);
    else {
      const message = `Cannot write what comes out of "${port}": it is ${payload.kind}; use --output ${port}=FILE.wav`;
      throw new SluiceError("InvalidConfig", message, { key: "--output" });
    }
  }
}

function report(written: readonly string[], { sent, received, doneNs }: Counts, { json }: CallArgs, io: Io): void {
  if (json) io.stdout.line(JSON.stringify({ event: "called", sent, received, doneNs }));
  else {
    const media = doneNs > 0 ? `, ${formatClock(doneNs)} of sound` : "";
    io.stderr.line(`Sent ${sent} items, received ${received}${media}`);
    for (const path of written) io.stderr.line(`Wrote ${path}`);
  }
}
