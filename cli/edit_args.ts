/**
 * The grammar of the commands that change a running graph, and that show its log.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { envVar, type Message, message, optionName } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { DEFAULT_PORT } from "../control/schemas/address.ts";
import { LEVELS } from "../control/schemas/feed.ts";
import { CONVERT_CHOICES, type ConvertChoice, LINK_POLICIES, type LinkPolicy } from "../core/links/policy.ts";
import { path } from "./path_argument.ts";
import { json } from "./shared_options.ts";

/** Where the graph runs, and how the answer is printed. */
export interface Remote {
  readonly at: string;
  readonly token?: string;
  readonly json: boolean;
}

/** What a command line asks of a running graph. */
export type EditArgs =
  & Remote
  & (
    | { readonly command: "set"; readonly settings: readonly string[] }
    | {
      readonly command: "add";
      readonly type: string;
      readonly values: readonly string[];
      readonly id?: string;
      readonly lane?: string;
    }
    | { readonly command: "remove"; readonly nodes: readonly string[] }
    | {
      readonly command: "connect";
      readonly from: string;
      readonly to: string;
      readonly policy?: LinkPolicy;
      readonly capacity?: number;
      readonly convert?: ConvertChoice;
    }
    | { readonly command: "disconnect"; readonly inputs: readonly string[] }
    | { readonly command: "replace"; readonly node: string; readonly type: string; readonly values: readonly string[] }
    | { readonly command: "move"; readonly node: string; readonly lane: string }
    | { readonly command: "bypass"; readonly node: string; readonly off: boolean }
    | { readonly command: "rename"; readonly node: string; readonly to: string }
    | { readonly command: "apply"; readonly graph: string; readonly plan: boolean }
    | { readonly command: "undo" | "redo" }
    | { readonly command: "log"; readonly back?: number; readonly force: boolean }
    | {
      readonly command: "logs";
      readonly node?: string;
      readonly level: typeof LEVELS[number];
      readonly follow: boolean;
    }
    | { readonly command: "save"; readonly file?: string; readonly force: boolean }
  );

/** Options of commands about a running graph. */
export const remote = {
  at: withDefault(
    option("--at", string({ metavar: "URL" }), {
      description: message`The address that ${"sluice serve"} has printed.`,
    }),
    `http://127.0.0.1:${DEFAULT_PORT}`,
  ),
  token: optional(option("--token", string({ metavar: "TOKEN" }), {
    description: message`The token that was printed with it; better given as ${envVar("SLUICE_TOKEN")}.`,
  })),
  json,
};

const force = (description: Message) => option("--force", { description });

const words = (metavar: Uppercase<string>, description: Message) =>
  multiple(argument(string({ metavar: metavar as "WORD" }), { description }), { min: 1 });

/** What the exit codes of these commands mean. */
export const footer: Message = message`Exit codes: 0 done, 1 refused, 2 nobody listens there or the token is wrong.`;

const set = command(
  "set",
  object({
    command: constant("set"),
    settings: words("NODE.KEY=VALUE", message`A parameter, and its new value: ${"gain.gainDb=-6"}.`),
    ...remote,
  }),
  { brief: message`Change parameters of a running graph.`, footer },
);

const node = argument(string({ metavar: "NODE" }), { description: message`The node.` });

const type = argument(string({ metavar: "TYPE" }), {
  description: message`A node type, as ${"sluice nodes list"} has it.`,
});

const values = multiple(argument(string({ metavar: "KEY=VALUE" }), { description: message`A parameter of it.` }));

const add = command(
  "add",
  object({
    command: constant("add"),
    type,
    values,
    id: optional(option("--id", string({ metavar: "ID" }), { description: message`By default the type's name.` })),
    lane: optional(option("--lane", string({ metavar: "LANE" }), { description: message`The lane that it runs on.` })),
    ...remote,
  }),
  { brief: message`Add a node to a running graph.`, footer },
);

const remove = command(
  "remove",
  object({ command: constant("remove"), nodes: words("NODE", message`A node, which goes with its links.`), ...remote }),
  { brief: message`Remove nodes of a running graph.`, footer },
);

const connect = command(
  "connect",
  object({
    command: constant("connect"),
    from: argument(string({ metavar: "NODE.PORT" }), { description: message`The output.` }),
    to: argument(string({ metavar: "NODE.PORT" }), {
      description: message`The input; of a port with a number, ${"mixer.audioIn"} is the next one.`,
    }),
    policy: optional(option("--policy", choice(LINK_POLICIES, { metavar: "POLICY" }), {
      description: message`What happens when the link is full; by default as the graph's mode has it.`,
    })),
    capacity: optional(option("--capacity", integer({ metavar: "N", min: 1 }), {
      description: message`How many frames it holds.`,
    })),
    convert: optional(option("--convert", choice(CONVERT_CHOICES, { metavar: "WHEN" }), {
      description: message`Put nodes that convert between the two where they are needed.`,
    })),
    ...remote,
  }),
  { brief: message`Link two nodes of a running graph.`, footer },
);

const disconnect = command(
  "disconnect",
  object({
    command: constant("disconnect"),
    inputs: words("NODE.PORT", message`The input that the link leads to.`),
    ...remote,
  }),
  { brief: message`Remove links of a running graph.`, footer },
);

const replace = command("replace", object({ command: constant("replace"), node, type, values, ...remote }), {
  brief: message`Put a node of another type in place of one of a running graph.`,
  description: message`It has the links of the old one, and goes on from its state if it knows it.`,
  footer,
});

const move = command(
  "move",
  object({
    command: constant("move"),
    node,
    lane: argument(string({ metavar: "LANE" }), {
      description: message`A lane of any name, ${"main"}, or ${"auto"}: as the runtime chooses.`,
    }),
    ...remote,
  }),
  { brief: message`Move a node of a running graph to another lane.`, footer },
);

const bypass = command(
  "bypass",
  object({
    command: constant("bypass"),
    node,
    off: option("--off", { description: message`Let it work again.` }),
    ...remote,
  }),
  { brief: message`Let frames pass a node of a running graph as they are.`, footer },
);

const rename = command(
  "rename",
  object({
    command: constant("rename"),
    node,
    to: argument(string({ metavar: "NEW" }), { description: message`Its new id.` }),
    ...remote,
  }),
  { brief: message`Give a node of a running graph another id; it starts anew.`, footer },
);

const apply = command(
  "apply",
  object({
    command: constant("apply"),
    graph: argument(path({ metavar: "GRAPH.json" }), { description: message`The graph file to change to.` }),
    plan: option("--plan", { description: message`Say what would change, and change nothing.` }),
    ...remote,
  }),
  {
    brief: message`Change a running graph to a graph file.`,
    description: message`Changes only what differs: nodes and links that the file has as they are go on.`,
    footer,
  },
);

const undo = command("undo", object({ command: constant("undo"), ...remote }), {
  brief: message`Take the last change of a running graph back.`,
  footer,
});

const redo = command("redo", object({ command: constant("redo"), ...remote }), {
  brief: message`Make the change again that was taken back.`,
  footer,
});

const log = command(
  "log",
  object({
    command: constant("log"),
    back: optional(option("--back", integer({ metavar: "N", min: 0 }), {
      description: message`Go back to the graph after this entry; 0 is the graph that the log began with.`,
    })),
    force: force(message`With ${optionName("--back")}: also if others have changed the graph since.`),
    ...remote,
  }),
  { brief: message`Show who has changed a running graph, and how.`, footer },
);

const logs = command(
  "logs",
  object({
    command: constant("logs"),
    node: optional(argument(string({ metavar: "NODE" }), { description: message`Only lines of this node.` })),
    level: withDefault(
      option("--level", choice(LEVELS, { metavar: "LEVEL" }), { description: message`The least important level.` }),
      "info" as const,
    ),
    follow: option("-f", "--follow", { description: message`Go on with new lines until Ctrl-C.` }),
    ...remote,
  }),
  { brief: message`Show the log lines of a running graph.`, footer },
);

const save = command(
  "save",
  object({
    command: constant("save"),
    file: optional(argument(string({ metavar: "FILE" }), {
      description:
        message`A file of the server's, relative to its folder; by default the one that the graph came from.`,
    })),
    force: force(message`Also over another file that is there.`),
    ...remote,
  }),
  { brief: message`Write a running graph to its file.`, footer },
);

/** The commands. */
export const editCommands = [
  set,
  add,
  connect,
  disconnect,
  remove,
  replace,
  move,
  bypass,
  rename,
  apply,
  undo,
  redo,
  log,
  logs,
  save,
] as const;
