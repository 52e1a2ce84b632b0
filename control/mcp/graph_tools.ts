/**
 * Tools that show the graph, and what a change of it would do.
 *
 * @module
 */
import type { LinkEntry } from "../../core/graph/entries.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { configOf, describeError, describeNode, findNode, listLinks } from "../answers/snapshot.ts";
import { graphMethods } from "../connections/graph_methods.ts";
import { stateOf } from "../connections/run_methods.ts";
import type { Plan } from "../schemas/commands.ts";
import { ErrorInfo, GRAPH_STATES } from "../schemas/graph.ts";
import type { MethodResult } from "../schemas/methods.ts";
import { z } from "../schemas/zod.ts";
import { GraphDocument, NodeId, parsedCommands } from "./arguments.ts";
import type { McpHost } from "./mcp_host.ts";
import { defineTool, type Tool } from "./tool.ts";

const Processor = z.object({
  id: z.string(),
  type: z.string(),
  lane: z.string(),
  state: z.string(),
  bypassed: z.boolean().optional(),
  awaits: z.string().optional().describe("The input that it waits for a connection to"),
  config: z.record(z.string(), z.unknown()),
});

const Connection = z.object({
  connection_id: z.string(),
  from: z.string(),
  to: z.string(),
  kind: z.string(),
  policy: z.string(),
  capacity: z.number(),
  format: z.string().optional(),
});

/** A port of a processor of the graph. */
export const Port = z.object({
  name: z.string(),
  direction: z.enum(["input", "output"]),
  kind: z.string().optional(),
  type: z.string(),
  optional: z.boolean(),
  connections: z.array(z.object({ connection_id: z.string(), from: z.string(), to: z.string() })),
});

/** The type of {@linkcode Port}. */
export type PortAnswer = z.output<typeof Port>;

/** The tools. */
export const GRAPH_TOOLS: readonly Tool[] = [
  defineTool("get_graph", {
    title: "Show the graph",
    description: "Shows the processors of the graph with their configurations, its connections and its state.",
    effect: "reads",
    input: z.strictObject({
      document: z.boolean().default(false).describe("Also answer the graph file, which apply takes"),
    }),
    output: z.object({
      state: z.enum(GRAPH_STATES),
      mode: z.string(),
      error: ErrorInfo.optional(),
      processors: z.array(Processor),
      connections: z.array(Connection),
      document: z.looseObject({}).optional(),
    }),
    run({ document }, { host }) {
      const graph = graphOf(host);
      const { state, mode, processors, connections } = graph;
      const lines = [
        `The graph is ${state} (${mode}), with ${processors.length} processors and ${connections.length} connections`,
        ...processors.map(({ id, type, lane, config, ...each }) =>
          `${id}: ${type} on lane ${lane}, ${each.state}${each.bypassed === true ? ", bypassed" : ""}${
            each.awaits === undefined ? "" : `, waits for a connection to ${each.awaits}`
          } ${JSON.stringify(config)}`
        ),
        ...connections.map(({ connection_id: id, from, to, kind, format }) =>
          `${id}: ${from} → ${to} (${format ?? kind})`
        ),
      ];
      const file = document ? { ...host.runtime.graph() } : undefined;
      if (file !== undefined) lines.push(JSON.stringify(file));
      return { text: lines.join("\n"), data: { ...graph, ...(file && { document: file }) } };
    },
  }),
  defineTool("get_ports", {
    title: "List ports",
    description: "Lists the ports of a processor of the graph, or of all, with what is connected to each.",
    effect: "reads",
    input: z.strictObject({ processor: NodeId.optional().describe("Its id; by default all processors") }),
    output: z.object({ processors: z.array(z.object({ id: z.string(), ports: z.array(Port) })) }),
    run({ processor }, { host }) {
      const view = viewRuntime(host.runtime);
      const nodes = processor === undefined ? view.nodes : [findNode(view, processor)];
      const processors = nodes.map(({ id }) => ({ id, ports: portsOf(host, id) }));
      const text = processors.flatMap(({ id, ports }) => ports.map((port) => portLine(id, port))).join("\n");
      return { text: text === "" ? "The graph has no processors" : text, data: { processors } };
    },
  }),
  defineTool("plan", {
    title: "Plan a change",
    description:
      "Tells what commands, or a graph file, would change and whether they would be refused; changes nothing.",
    effect: "reads",
    input: z.strictObject({
      commands: z.array(z.looseObject({ op: z.string() })).optional().describe("As edit takes them"),
      document: GraphDocument.optional().describe("A whole graph file, as apply takes it"),
    }),
    output: z.looseObject({
      commands: z.array(z.json()),
      refused: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
    async run({ commands, document }, { host }) {
      const wanted = commands === undefined ? { document } : { commands: parsedCommands(commands), document };
      const plan = await graphMethods(host)["graph.plan"](wanted) as MethodResult<"graph.plan">;
      return { text: planText(plan), data: plan };
    },
  }),
  defineTool("list_changes", {
    title: "List changes",
    description: "Lists who changed what in the graph, newest last, and the steps that undo and redo would take.",
    effect: "reads",
    input: z.strictObject({
      after: z.int().min(0).default(0).describe("Only entries after this number"),
    }),
    output: z.object({
      entries: z.array(z.looseObject({ seq: z.number(), by: z.string(), title: z.string() })),
      undo: z.string().optional(),
      redo: z.string().optional(),
      /** Changes that are in no file. */
      unsaved: z.int(),
    }),
    async run(args, { host }) {
      const log = await graphMethods(host)["graph.log"](args) as MethodResult<"graph.log">;
      const lines = log.entries.map(({ seq, at, by, title, error }) =>
        `${seq} ${at} ${by}: ${title}${error === undefined ? "" : ` (failed: ${error})`}`
      );
      if (log.unsaved > 0) lines.push(`changes that are in no file: ${log.unsaved}`);
      if (log.undo !== undefined) lines.push(`undo would take back: ${log.undo}`);
      if (log.redo !== undefined) lines.push(`redo would bring back: ${log.redo}`);
      return { text: lines.length === 0 ? "Nothing was changed" : lines.join("\n"), data: log };
    },
  }),
];

/** The graph as tools answer it. */
export function graphOf({ runtime }: McpHost) {
  const view = viewRuntime(runtime);
  const { session, mode } = view;
  return {
    state: stateOf(runtime),
    mode,
    ...(session?.error && { error: describeError(session.error) }),
    processors: view.nodes.map((node) => {
      // What is locked is no part of the answer.
      const { id, type, lane, bypass, awaits } = describeNode(view, node, new Map());
      const state = session?.nodeStates.get(node.id) ?? "new";
      const bypassed = bypass === true && { bypassed: true };
      return { id, type, lane, state, ...bypassed, ...(awaits && { awaits }), config: configOf(node) };
    }),
    connections: listLinks(view).map((link) => ({
      connection_id: link.id,
      from: `${link.fromNode}.${link.fromPort}`,
      to: `${link.toNode}.${link.toPort}`,
      kind: link.kind,
      policy: link.policy,
      capacity: link.capacity,
      ...(link.format !== undefined && { format: link.format }),
    })),
  };
}

/** The ports of a node in the form of tools. @throws {SluiceError} `NodeNotFound` */
export function portsOf({ runtime }: McpHost, node: string): PortAnswer[] {
  const links = new Map<string, LinkEntry>(viewRuntime(runtime).links.map((link) => [link.id, link]));
  return runtime.portInfo(node).map(({ name, direction, kind, type, optional, links: ids }) => ({
    name,
    direction,
    ...(kind !== undefined && { kind }),
    type,
    optional: direction === "output" || optional === true,
    connections: ids.map((id) => {
      const { fromNode, fromPort, toNode, toPort } = links.get(id)!;
      return { connection_id: id, from: `${fromNode}.${fromPort}`, to: `${toNode}.${toPort}` };
    }),
  }));
}

/** Describes a port: `gain.audioIn (input, AudioFrame): link3 from tone.audio`. */
export function portLine(node: string, { name, direction, type, optional, connections }: PortAnswer): string {
  const linked = connections.map((each) =>
    direction === "input" ? `${each.connection_id} from ${each.from}` : `${each.connection_id} to ${each.to}`
  );
  const free = optional || direction === "output" ? "not connected" : "not connected, but it must be";
  return `${node}.${name} (${direction}, ${type}): ${linked.length === 0 ? free : linked.join(", ")}`;
}

function planText(plan: Plan): string {
  if (plan.refused !== undefined) return `It would be refused: ${plan.refused.code}: ${plan.refused.message}`;
  const named = (what: string, each: readonly string[]) => each.length === 0 ? [] : [`${what}: ${each.join(", ")}`];
  const moved = (list: Plan["moved"]) => list.map(({ node, lane, state }) => `${node} on ${lane}, state ${state}`);
  const link = ({ from, to }: Plan["linked"][number]) => `${from} → ${to}`;
  const lines = [
    ...named("added", plan.added.map(({ node, type }) => `${node} (${type})`)),
    ...named("removed", plan.removed),
    ...named("replaced", moved(plan.replaced)),
    ...named("moved", moved(plan.moved)),
    ...named("changed in another way", plan.changed),
    ...named("set", plan.configured.map(({ node, keys }) => `${node}.${keys.join(", ")}`)),
    ...named("connected", plan.linked.map(link)),
    ...named("disconnected", plan.unlinked.map(link)),
  ];
  return lines.length === 0 ? "It would change nothing" : lines.join("\n");
}
