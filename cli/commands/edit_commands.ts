/**
 * `sluice set`, `add`, `connect` and the others that change a running graph, by its command log.
 *
 * @module
 */
import type { ControlClient } from "../../control/client/client.ts";
import type { Command, LogEntry, Plan } from "../../control/schemas/commands.ts";
import type { LogLine } from "../../control/schemas/feed.ts";
import { SluiceError } from "../../core/errors.ts";
import { parseOverride } from "../../core/graph/check_nodes.ts";
import { escapeControls } from "../../core/log.ts";
import type { EditArgs } from "../edit_args.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { EndSignals } from "../output/signals.ts";
import { askControl, reportRefusal } from "./ask_control.ts";
import { placeInFile, readDocument } from "./document_file.ts";

/** Who the log says has made a change. */
const BY = "cli";

type Args<C extends EditArgs["command"]> = Extract<EditArgs, { readonly command: C }>;

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for a word that cannot be read, or if nobody listens
 */
export async function editCommand(args: EditArgs, io: Io): Promise<number> {
  const file = args.command === "apply" ? await readDocument(args.graph) : undefined;
  const prepared = file?.document ?? commandsOf(args);
  const words = (message: string) => file === undefined ? message : placeInFile(message, file);
  return await askControl(args, io, (client) => carryOut(args, prepared, client, io, words), words);
}

async function carryOut(
  args: EditArgs,
  prepared: unknown,
  client: ControlClient,
  io: Io,
  words: (message: string) => string,
): Promise<number> {
  const by = { by: BY };
  switch (args.command) {
    case "apply": {
      const document = prepared as { version: 1; nodes: Record<string, never> };
      if (args.plan) return tellPlan(await client.call("graph.plan", { document }), args, io, words);
      return tellEntry(await client.call("graph.apply", { document, ...by }), args, io);
    }
    case "undo":
      return tellEntry(await client.call("graph.undo", by), args, io);
    case "redo":
      return tellEntry(await client.call("graph.redo", by), args, io);
    case "log":
      return await showLog(args, client, io);
    case "logs":
      return await showLines(args, client, io);
    case "save": {
      const answer = await client.call("graph.save", { ...(args.file && { path: args.file }), force: args.force });
      io.stdout.line(args.json ? JSON.stringify(answer) : `Saved as ${answer.path}`);
      return EXIT.ok;
    }
    default:
      return tellEntry(await client.call("graph.edit", { commands: prepared as Command[], ...by }), args, io);
  }
}

/** Returns the commands that a command line means. */
function commandsOf(args: EditArgs): Command[] {
  switch (args.command) {
    case "set":
      return [...Map.groupBy(args.settings.map(parseOverride), ({ nodeId }) => nodeId)].map(([node, own]): Command => ({
        op: "set",
        node,
        values: Object.fromEntries(own.map(({ key, text }) => [key, valueOf(text)])),
      }));
    case "add": {
      const { type, id, lane } = args;
      return [
        { op: "add", type, ...(id && { id }), ...(lane && { lane }), config: readValues(args.values) } as Command,
      ];
    }
    case "replace":
      return [{ op: "replace", node: args.node, type: args.type, config: readValues(args.values) }];
    case "move":
      return [{ op: "move", node: args.node, lane: args.lane }];
    case "bypass":
      return [{ op: "bypass", node: args.node, on: !args.off }];
    case "rename":
      return [{ op: "rename", node: args.node, to: args.to }];
    case "remove":
      return args.nodes.map((node) => ({ op: "remove", node }));
    case "connect": {
      const { from, to, policy, capacity, convert } = args;
      return [{
        op: "connect",
        from,
        to,
        ...(policy && { policy }),
        ...(capacity && { capacity }),
        ...(convert && { convert }),
      }];
    }
    case "disconnect":
      return args.inputs.map((to) => ({ op: "disconnect", to }));
    default:
      return [];
  }
}

function readValues(words: readonly string[]): Record<string, ReturnType<typeof valueOf>> {
  return Object.fromEntries(words.map(readValue));
}

function readValue(text: string): [string, ReturnType<typeof valueOf>] {
  const match = /^([^=]+)=([^]*)$/.exec(text);
  if (match === null) {
    throw new SluiceError("InvalidConfig", `Cannot read ${JSON.stringify(text)}: wanted key=value, as in gainDb=-6`);
  }
  return [match[1], valueOf(match[2])];
}

/** Reads a value: JSON, or else text. */
// deno-lint-ignore no-explicit-any -- any JSON
function valueOf(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function tellEntry(entry: LogEntry, { json }: EditArgs, io: Io): number {
  if (json) {
    io.stdout.line(JSON.stringify(entry));
    return EXIT.ok;
  }
  io.stdout.line(escapeControls(`${entry.seq} ${entry.title}`));
  for (const { node, ports, link, from, to } of entry.results) {
    if (link !== undefined) io.stdout.line(`  ${link}: ${from} to ${to}`);
    if (ports !== undefined) {
      io.stdout.line(`  ${node}: ${ports.map(({ name, type }) => `${name} (${type})`).join(", ")}`);
    }
  }
  for (const note of entry.notes) io.stderr.line(`note: ${escapeControls(note)}`);
  return EXIT.ok;
}

function tellPlan(plan: Plan, { json }: EditArgs, io: Io, words: (message: string) => string): number {
  if (json) io.stdout.line(JSON.stringify(plan));
  else {
    const list = (what: string, all: readonly string[]) => {
      if (all.length > 0) io.stdout.line(escapeControls(`${what}: ${all.join(", ")}`));
    };
    const successions = (all: Plan["replaced"]) => all.map(({ node, state }) => `${node} (state ${state})`);
    list("added", plan.added.map(({ node, type }) => `${node} (${type})`));
    list("removed", plan.removed);
    list("replaced", successions(plan.replaced));
    list("moved", successions(plan.moved));
    list("changed", plan.changed);
    list("set", plan.configured.flatMap(({ node, keys }) => keys.map((key) => `${node}.${key}`)));
    list("linked", plan.linked.map(({ from, to }) => `${from} to ${to}`));
    list("unlinked", plan.unlinked.map(({ from, to }) => `${from} to ${to}`));
    if (plan.commands.length === 0) io.stdout.line("nothing changes");
  }
  if (plan.refused === undefined) return EXIT.ok;
  return reportRefusal(plan.refused.code, words(plan.refused.message), io, json);
}

async function showLog(args: Args<"log">, client: ControlClient, io: Io): Promise<number> {
  const { back, force, json } = args;
  if (back !== undefined) return tellEntry(await client.call("graph.back", { to: back, by: BY, force }), args, io);
  const { entries, undo, redo } = await client.call("graph.log", {});
  for (const entry of entries) {
    const { title, error, results } = entry;
    // A change that was refused has no results; an error of one that has says how much took effect.
    const what = error === undefined ? title : `${title}: ${results.length === 0 ? "refused: " : ""}${error}`;
    io.stdout.line(json ? JSON.stringify(entry) : escapeControls(`${entry.seq}  ${entry.at}  ${entry.by}  ${what}`));
  }
  if (json) return EXIT.ok;
  if (entries.length === 0) io.stderr.line("Nothing has been changed yet");
  if (undo !== undefined) io.stderr.line(`sluice undo takes back: ${escapeControls(undo)}`);
  if (redo !== undefined) io.stderr.line(`sluice redo makes again: ${escapeControls(redo)}`);
  return EXIT.ok;
}

async function showLines({ node, level, follow, json }: Args<"logs">, client: ControlClient, io: Io): Promise<number> {
  const show = (lines: readonly LogLine[]) => {
    for (const line of lines) {
      const { level, message, nodeId } = line;
      io.stdout.line(json ? JSON.stringify(line) : escapeControls(`${level}  ${nodeId ?? ""}  ${message}`));
    }
  };
  const choice = { level, ...(node !== undefined && { node }) };
  if (!follow) {
    show((await client.call("logs.subscribe", choice)).recent);
    return EXIT.ok;
  }
  using signals = new EndSignals(io);
  client.on("logs", show);
  client.watch({ logs: choice });
  return await signals.received;
}
