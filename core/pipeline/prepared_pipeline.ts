/**
 * A graph ready for sessions: read, checked, with its exposed ports resolved and the classes of its nodes loaded. Its
 * faults are found once, and a session costs only its nodes and their memory.
 *
 * @module
 */
import { findPort } from "../descriptor/descriptor.ts";
import type { FramePayload } from "../app/payload_frames.ts";
import type { AppSourceHandle } from "../app/source_node.ts";
import { SluiceError } from "../errors.ts";
import { buildGraph, graphOptions } from "../graph/build.ts";
import type { GraphDocument } from "../graph/schema.ts";
import { acceptedBy } from "../graph/known_formats.ts";
import { loadGraph, parseGraph } from "../graph/load.ts";
import { splitAddress } from "../ids.ts";
import { AUTO_LANE } from "../placement/lane_choice.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";
import type { RuntimeOptions } from "../runtime_options.ts";
import type { FrameKind } from "../frames/format.ts";
import type { SourcePort } from "./item_check.ts";
import { Outbox } from "./outbox.ts";
import { sessionSink, type SessionSinkHandle, sessionSource } from "./session_ends.ts";
import type { PipelineGraph } from "./transport.ts";
import type { TransportData } from "./transport_data.ts";

/** Options of every session's runtime, beside those of its graph. */
export type SessionRuntimeOptions = Pick<RuntimeOptions, "native" | "memory" | "development" | "supervision">;

/** An exposed port. */
export interface SessionPort extends SourcePort {
  /** The address of the node's port behind it. */
  readonly address: string;
}

/** A graph ready for sessions. */
export interface PreparedPipeline {
  /** The graph, checked. */
  readonly document: GraphDocument;
  /** The exposed inputs. */
  readonly inputs: readonly SessionPort[];
  /** The exposed outputs. */
  readonly outputs: readonly SessionPort[];
  /**
   * Makes a runtime with the nodes of the graph, and the sources and sinks of its exposed ports, with the names of
   * these.
   */
  build(): BuiltPipeline;
}

/** The graph of one session. */
export interface BuiltPipeline {
  /** The runtime, not started. */
  readonly runtime: Runtime;
  /** The source of each input. */
  readonly sources: ReadonlyMap<string, AppSourceHandle<FramePayload, unknown>>;
  /** The sinks of the outputs. */
  readonly sinks: readonly SessionSinkHandle[];
  /** The outlet of the sinks. */
  readonly outbox: Outbox<TransportData>;
}

/**
 * Prepares a graph.
 *
 * @param graph a path, a graph file's JSON, or a checked graph
 * @throws {SluiceError} the fault of the graph
 */
export async function preparePipeline(
  graph: PipelineGraph | GraphDocument,
  registry: NodeRegistry,
  options: SessionRuntimeOptions,
): Promise<PreparedPipeline> {
  const document = onMain(await documentOf(graph, registry), registry);
  // Nothing is dropped on the way of a client who does not ask for a live graph.
  const made = {
    mode: "offline",
    ...graphOptions(document),
    ...options,
    memory: { spare: "little", ...document.memory, ...options.memory },
    registry,
    signals: false,
  } as const;
  const bare = () => {
    const runtime = new Runtime(made);
    buildGraph(document, runtime);
    return runtime;
  };
  await using trial = bare();
  const ports = (exposed: GraphDocument["inputs"]) =>
    Object.entries(exposed).map(([name, address]): SessionPort => {
      const { node, port } = splitAddress(address);
      return { name, address, ...kindOf(trial, node, port, name), ...takes(document, registry, node, port) };
    });
  const [inputs, outputs] = [ports(document.inputs), ports(document.outputs)];
  const build = () => withEnds(bare(), inputs, outputs);
  const prepared = { document, inputs, outputs, build };
  // Links to the ends are checked here, once.
  await build().runtime[Symbol.asyncDispose]();
  if (prepared.inputs.length === 0 && prepared.outputs.length === 0) {
    throw new SluiceError(
      "InvalidGraph",
      `Cannot prepare "${document.file}": it exposes no port; name some in its "inputs" and "outputs"`,
    );
  }
  const types = [...new Set(document.nodes.map(({ type }) => registry.get(type)))];
  await Promise.all(types.filter(({ descriptor }) => descriptor.lane !== "native").map((type) => type.load()));
  return prepared;
}

/**
 * Adds the sources and sinks of the exposed ports. Inputs make the client wait for room, whatever the mode of the
 * graph; outputs that are read slowly wait or drop by the mode.
 */
function withEnds(runtime: Runtime, inputs: readonly SessionPort[], outputs: readonly SessionPort[]): BuiltPipeline {
  const sources = inputs.map((port) => {
    const source = runtime.add(sessionSource(port.kind));
    runtime.connectByName(`${source.id}.${port.kind}`, port.address, { policy: "lossless" });
    return [port.name, source] as const;
  });
  const outbox = new Outbox<TransportData>();
  const sinks = outputs.map(({ name, kind, address }) => {
    const sink = runtime.add(sessionSink(name, kind, outbox));
    runtime.connectByName(address, `${sink.id}.${kind}`);
    return sink;
  });
  return { runtime, sources: new Map(sources), sinks, outbox };
}

/**
 * Puts nodes without a lane on main: starting a thread takes many times as long as the rest of a session. Stages run on
 * native lanes only.
 */
function onMain(document: GraphDocument, registry: NodeRegistry): GraphDocument {
  if (document.lanes[AUTO_LANE] !== undefined) return document;
  const nodes = document.nodes.map((node) => {
    const { type, lane, priority, cpus } = node;
    const isFree = lane === undefined && priority === undefined && cpus === undefined;
    return isFree && registry.get(type).descriptor.lane !== "native" ? { ...node, lane: "main" } : node;
  });
  return { ...document, nodes };
}

async function documentOf(graph: PipelineGraph | GraphDocument, registry: NodeRegistry): Promise<GraphDocument> {
  if (typeof graph === "string") return await loadGraph(graph, registry);
  if (Array.isArray(graph.nodes)) return graph as GraphDocument;
  return parseGraph(JSON.stringify(graph), "graph", registry);
}

function kindOf(runtime: Runtime, nodeId: string, port: string, name: string): { readonly kind: FrameKind } {
  const { kind, kinds } = runtime.portInfo(nodeId).find((each) => each.name === port)!;
  if (kind !== undefined) return { kind };
  throw new SluiceError(
    "InvalidGraph",
    `Cannot prepare the graph: exposed port "${name}", "${nodeId}.${port}", may carry ${kinds.join(" or ")}, and no ` +
      "link tells which; expose a port behind it that carries one kind",
    { nodeId, port: name },
  );
}

/** Returns the formats that an input accepts. */
function takes(
  document: GraphDocument,
  registry: NodeRegistry,
  nodeId: string,
  port: string,
): Pick<SourcePort, "accepts"> {
  const node = document.nodes.find(({ id }) => id === nodeId)!;
  const type = registry.get(node.type);
  const input = findPort(type.descriptor, port, "input");
  const accepts = input && acceptedBy({ type, config: node.config }, input);
  const channels = input?.channels;
  if (accepts === undefined && channels === undefined) return {};
  return { accepts: { ...accepts, ...(channels !== undefined && { channels }) } };
}
