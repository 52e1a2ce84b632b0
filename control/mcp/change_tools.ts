/**
 * Tools that change the graph: each call is one transaction of the command log.
 *
 * @module
 */
import { graphMethods, keyOf } from "../connections/graph_methods.ts";
import { type Command, Commands, type LogEntry } from "../schemas/commands.ts";
import { z } from "../schemas/zod.ts";
import { GraphDocument, NodeId, parsedCommands, Values } from "./arguments.ts";
import { Port, portLine, portsOf } from "./graph_tools.ts";
import { defineTool, type Tool, type ToolAnswer, type ToolCall } from "./tool.ts";

/** What came of a change. */
const Change = z.object({
  entry: z.number().describe("Its number in the log of changes"),
  notes: z.array(z.string()).describe("What cannot come back"),
});

const Lane = z.string().min(1).max(64).describe("main, auto or any name: a thread of its own");
const PortName = z.string().min(1).max(64);

/** The tools. */
export const CHANGE_TOOLS: readonly Tool[] = [
  defineTool("add_processor", {
    title: "Add a processor",
    description: "Adds a processor to the graph and answers its id and its ports.",
    effect: "adds",
    input: z.strictObject({
      type: z.string().min(1).max(200).describe("As list_processors has it"),
      id: NodeId.optional().describe("By default made from the type"),
      config: Values.optional(),
      lane: Lane.optional(),
    }),
    output: Change.extend({ id: z.string(), ports: z.array(Port) }),
    async run({ type, ...options }, call) {
      const entry = await edit(call, [{ op: "add", type, ...given(options) }]);
      const id = entry.results[0].node!;
      const ports = portsOf(call.host, id);
      const text = [`Added ${id} (${type}); its ports:`, ...ports.map((port) => portLine(id, port))].join("\n");
      return { text, data: { ...changeOf(entry), id, ports } };
    },
  }),
  defineTool("connect", {
    title: "Connect two processors",
    description: "Connects an output of a processor to an input of another and answers the connection's id.",
    effect: "adds",
    input: z.strictObject({
      source_processor: NodeId,
      source_port: PortName.describe("One of its outputs, as get_ports lists them"),
      dest_processor: NodeId,
      dest_port: PortName.describe("One of its inputs; of a numbered list, audioIn for the next one"),
      policy: z.enum(["roll-off", "latest", "drop-newest", "lossless"]).optional().describe("When it is full"),
      capacity: z.int().min(1).optional().describe("Frames that fit"),
      convert: z.enum(["auto", "off"]).optional().describe("auto: put a converter in where the formats differ"),
    }),
    output: Change.extend({ connection_id: z.string(), from: z.string(), to: z.string() }),
    async run({ source_processor, source_port, dest_processor, dest_port, ...options }, call) {
      const ends = { from: `${source_processor}.${source_port}`, to: `${dest_processor}.${dest_port}` };
      const entry = await edit(call, [{ op: "connect", ...ends, ...given(options) }]);
      const { link = "", from = ends.from, to = ends.to } = entry.results[0];
      return {
        text: `Connected ${from} to ${to}: ${link}`,
        data: { ...changeOf(entry), connection_id: link, from, to },
      };
    },
  }),
  defineTool("disconnect", {
    title: "Remove a connection",
    description: "Removes a connection, named by its id or by the input that it leads to.",
    effect: "changes",
    input: z.strictObject({
      connection_id: z.string().min(1).max(32).optional().describe("As connect and get_graph answer it"),
      dest_processor: NodeId.optional(),
      dest_port: PortName.optional().describe("The input; wanted with dest_processor"),
    }),
    output: Change,
    run({ connection_id: link, dest_processor, dest_port }, call) {
      const to = dest_processor === undefined && dest_port === undefined
        ? {}
        : { to: `${dest_processor ?? ""}.${dest_port ?? ""}` };
      return change(call, [{ op: "disconnect", ...(link !== undefined && { link }), ...to }]);
    },
  }),
  defineTool("remove", {
    title: "Remove a processor",
    description: "Removes a processor with its connections; one that writes a file finishes the file.",
    effect: "destroys",
    input: z.strictObject({ processor: NodeId }),
    output: Change,
    run: ({ processor: node }, call) => change(call, [{ op: "remove", node }]),
  }),
  defineTool("replace", {
    title: "Replace a processor",
    description: "Replaces a processor by one of another type or configuration, which takes its connections and state.",
    effect: "changes",
    input: z.strictObject({
      processor: NodeId,
      type: z.string().min(1).max(200),
      config: Values.optional(),
      lane: Lane.optional(),
    }),
    output: Change,
    run: ({ processor: node, type, ...options }, call) =>
      change(call, [{ op: "replace", node, type, ...given(options) }]),
  }),
  defineTool("move", {
    title: "Move a processor to another lane",
    description: "Moves a processor to another thread, with its state.",
    effect: "changes",
    idempotent: true,
    input: z.strictObject({ processor: NodeId, lane: Lane }),
    output: Change,
    run: ({ processor: node, lane }, call) => change(call, [{ op: "move", node, lane }]),
  }),
  defineTool("bypass", {
    title: "Bypass a processor",
    description: "Lets frames pass a processor as they are, or stops doing so.",
    effect: "changes",
    idempotent: true,
    input: z.strictObject({ processor: NodeId, on: z.boolean().default(true) }),
    output: Change,
    run: ({ processor: node, on }, call) => change(call, [{ op: "bypass", node, on }]),
  }),
  defineTool("set", {
    title: "Set configuration values",
    description:
      "Changes configuration values of a processor: live ones at once, others by restarting it with its state. " +
      'Of an object, "key.entry" sets one entry.',
    effect: "changes",
    idempotent: true,
    input: z.strictObject({ processor: NodeId, values: Values }),
    output: z.object({ values: z.record(z.string(), z.unknown()) }),
    async run({ processor: node, values }, call) {
      const names = Object.keys(values);
      const methods = graphMethods(call.host);
      if (names.length === 1) {
        await methods["node.setConfig"]({ node, key: names[0], value: values[names[0]], by: call.by });
      } else await edit(call, [{ op: "set", node, values }]);
      const keys = [...new Set(names.map((name) => keyOf(call.host.runtime, node, name)))];
      const now = call.host.log().document.nodes[node].config ?? {};
      const shown = Object.fromEntries(keys.map((key) => [key, now[key] ?? null]));
      const text = keys.map((key) =>
        `${node}.${key} is ${shown[key] === null ? "its default" : JSON.stringify(shown[key])}`
      ).join("\n");
      return { text: text === "" ? "Nothing to set" : text, data: { values: shown } };
    },
  }),
  defineTool("edit", {
    title: "Make several changes at once",
    description: "Carries out several commands as one change, all or none, which one undo takes back.",
    effect: "destroys",
    input: z.strictObject({
      commands: Commands.describe(
        'For example [{"op":"add","type":"gain","id":"gain"},{"op":"connect","from":"tone.audio","to":"gain.audioIn"}]',
      ),
    }),
    output: Change.extend({ results: z.array(z.looseObject({})) }),
    async run({ commands }, call) {
      const entry = await edit(call, commands);
      const { text, data } = told(entry);
      return { text, data: { ...data, results: entry.results } };
    },
  }),
  defineTool("apply", {
    title: "Apply a graph file",
    description: "Changes the graph to a whole graph file, by what differs alone.",
    effect: "destroys",
    idempotent: true,
    input: z.strictObject({ document: GraphDocument }),
    output: Change,
    run: async ({ document }, call) =>
      told(await graphMethods(call.host)["graph.apply"]({ document, by: call.by }) as LogEntry),
  }),
  defineTool("undo", {
    title: "Undo",
    description: "Takes the last change of the graph back, whoever made it.",
    effect: "changes",
    input: z.strictObject({}),
    output: Change,
    run: async (_, call) => told(await graphMethods(call.host)["graph.undo"]({ by: call.by }) as LogEntry),
  }),
  defineTool("redo", {
    title: "Redo",
    description: "Makes the change again that was undone last.",
    effect: "changes",
    input: z.strictObject({}),
    output: Change,
    run: async (_, call) => told(await graphMethods(call.host)["graph.redo"]({ by: call.by }) as LogEntry),
  }),
  defineTool("save", {
    title: "Save the graph",
    description: "Writes the graph to its file, or to another one, keeping the order and the layout of the file.",
    effect: "destroys",
    idempotent: true,
    input: z.strictObject({
      path: z.string().min(1).max(1_000).optional().describe("By default the file that the graph came from"),
      force: z.boolean().default(false).describe("Overwrite another file that exists"),
    }),
    output: z.object({ path: z.string() }),
    async run(args, { host }) {
      const { path } = await graphMethods(host)["graph.save"](args) as { readonly path: string };
      return { text: `Saved to ${path}`, data: { path } };
    },
  }),
  defineTool("send_command", {
    title: "Give a processor a command",
    description:
      "Gives a processor one of the commands that describe_processor lists for its type; no undo takes it back.",
    effect: "destroys",
    input: z.strictObject({
      processor: NodeId,
      name: z.string().min(1).max(200),
      args: Values.default({}).describe("Its arguments by name"),
    }),
    output: z.object({ answer: z.unknown() }),
    async run({ processor: node, name, args }, call) {
      const { results: [{ answer = null }] } = await edit(call, [{ op: "command", node, name, args }]);
      return { text: JSON.stringify(answer), data: { answer } };
    },
  }),
];

async function edit({ host, by }: ToolCall, commands: readonly Command[]): Promise<LogEntry> {
  return await graphMethods(host)["graph.edit"]({ commands: parsedCommands(commands), by }) as LogEntry;
}

async function change(call: ToolCall, commands: readonly Command[]): Promise<ToolAnswer> {
  return told(await edit(call, commands));
}

function told(entry: LogEntry): ToolAnswer {
  return { text: [`Done: ${entry.title}`, ...entry.notes].join("\n"), data: changeOf(entry) };
}

function changeOf({ seq, notes }: LogEntry): z.output<typeof Change> {
  return { entry: seq, notes };
}

/** Leaves out what was not given: a command must not have it. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
