/**
 * Commands: changes of a graph as values, and the log of them. Names of nodes, ports and options are checked when a
 * command is applied, with the runtime's own messages.
 *
 * @module
 */
import { z } from "./zod.ts";

/** Most commands of one transaction. */
const MAX_COMMANDS = 1_000;

/** Most characters of an id of a node. */
const MAX_ID = 64;

/** Most characters of an address, `node.port`. */
const MAX_ADDRESS = 2 * MAX_ID + 1;

const NodeName = z.string().min(1).max(MAX_ID);
const Address = z.string().min(3).max(MAX_ADDRESS);
const Values = z.record(z.string(), z.json());
const LaneName = z.string().min(1).max(MAX_ID);
const LinkChoice = {
  /** By default as the mode has it. */
  policy: z.string().max(MAX_ID).optional(),
  /** In frames; by default as the graph has it. */
  capacity: z.int().min(1).optional(),
  convert: z.enum(["auto", "off"]).optional(),
};
const Isolation = {
  isolate: z.union([z.literal("process"), z.literal(false)]).optional(),
  /** MiB. */
  isolateMemoryMb: z.int().min(1).optional(),
  isolatePermissions: z.record(z.string(), z.union([z.boolean(), z.array(z.string())])).optional(),
};

/** One change of a graph. */
export const Command = z.discriminatedUnion("op", [
  /** Adds a node. Further keys are the options of a node in a graph file: `lane`, `pool`, `supervision` and others. */
  z.object({
    op: z.literal("add"),
    type: z.string().min(1).max(200),
    id: NodeName.optional(),
    config: Values.optional(),
  })
    .catchall(z.json()),
  /** Removes a node with its links; a sink finalises its file. */
  z.strictObject({ op: z.literal("remove"), node: NodeName }),
  /** Links an output to an input. A numbered dynamic port as a whole, such as `dynamic-mixer.audioIn`, gets another element. */
  z.strictObject({ op: z.literal("connect"), from: Address, to: Address, ...LinkChoice }),
  /** Removes a link, named by its id or by its input. Frames on it are dropped and counted. */
  z.strictObject({ op: z.literal("disconnect"), link: z.string().max(32).optional(), to: Address.optional() }),
  /** Replaces a node, which hands its state over. */
  z.strictObject({
    op: z.literal("replace"),
    node: NodeName,
    type: z.string().min(1).max(200),
    config: Values.optional(),
    lane: LaneName.optional(),
    startsAnew: z.boolean().optional(),
    ...Isolation,
  }),
  /** Moves a node to another lane: `main`, `auto` or any name. */
  z.strictObject({ op: z.literal("move"), node: NodeName, lane: LaneName }),
  z.strictObject({ op: z.literal("bypass"), node: NodeName, on: z.boolean().default(true) }),
  /** Changes configuration values; values that are not live replace the node by one of its type with its state. */
  z.strictObject({
    op: z.literal("set"),
    node: NodeName,
    values: Values,
    /** Keys that get their defaults again. */
    unset: z.array(z.string().max(200)).optional(),
  }),
  /** Gives a node another id. The node starts anew, and its links are made anew. */
  z.strictObject({ op: z.literal("rename"), node: NodeName, to: NodeName }),
  /** Puts a node at a place on the page, pixels; without `position` the page chooses. */
  z.strictObject({
    op: z.literal("place"),
    node: NodeName,
    position: z.strictObject({ x: z.number(), y: z.number() }).optional(),
  }),
  /** Adds an element to a dynamic port: the next one, `inputs_3`, or with a kind one of any name. */
  z.strictObject({
    op: z.literal("addPort"),
    node: NodeName,
    direction: z.enum(["input", "output"]),
    port: NodeName,
    kind: z.string().max(32).optional(),
  }),
  z.strictObject({
    op: z.literal("removePort"),
    node: NodeName,
    direction: z.enum(["input", "output"]),
    port: NodeName,
  }),
  /** Gives a node a command of its own, after the other commands have taken effect. It cannot be undone. */
  z.strictObject({
    op: z.literal("command"),
    node: NodeName,
    name: z.string().min(1).max(200),
    args: Values.default({}),
  }),
]);

/** The type of {@linkcode Command}, as a caller writes it. */
export type Command = z.input<typeof Command>;

/** Commands that take effect together, or not at all. */
export const Commands = z.array(Command).min(1).max(MAX_COMMANDS);

/** Who asks: `page`, `cli`, `mcp:NAME` or any name. */
export const By = z.string().min(1).max(64);

/** A port of a node that a command added, with its links. */
export const MadePort = z.object({
  name: z.string(),
  direction: z.enum(["input", "output"]),
  /** Kind of frames; absent where links tell it and have not. */
  kind: z.string().optional(),
  type: z.string(),
  links: z.array(z.object({ link: z.string(), from: z.string(), to: z.string(), createdAt: z.iso.datetime() })),
});

/** What came of one command. */
export const CommandResult = z.object({
  /** `add`, `replace`, `rename`: the node. */
  node: z.string().optional(),
  /** `add`: its ports. */
  ports: z.array(MadePort).optional(),
  /** `connect`: the link, and its ends. */
  link: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
  /** `addPort`: the name of the element. */
  port: z.string().optional(),
  /** `command`: the node's answer. */
  answer: z.json().optional(),
});

/** The type of {@linkcode CommandResult}. */
export type CommandResult = z.output<typeof CommandResult>;

/** An entry of the log. */
export const LogEntry = z.object({
  /** Counts from 1. */
  seq: z.number(),
  /** When it took effect. */
  at: z.iso.datetime(),
  by: z.string(),
  /** `edit`: commands; `apply`: a document; `script`: an edit that came from elsewhere. */
  kind: z.enum(["edit", "apply", "undo", "redo", "back", "script"]),
  /** In words: `set gain.gainDb=-6`. */
  title: z.string(),
  /** `back`: the number of the entry that it went back to. */
  to: z.number().optional(),
  /** The commands as given; of `apply`, `undo`, `redo` and `back` those that led there. */
  commands: z.array(z.json()),
  results: z.array(CommandResult),
  /** Why it did not take effect, or what failed although it did. */
  error: z.string().optional(),
  /** What cannot come back. */
  notes: z.array(z.string()),
});

/** The type of {@linkcode LogEntry}. */
export type LogEntry = z.output<typeof LogEntry>;

const Succession = z.object({ node: z.string(), type: z.string(), lane: z.string(), state: z.enum(["kept", "lost"]) });
const PlannedLink = z.object({ link: z.string(), from: z.string(), to: z.string() });

/** What commands would do. */
export const Plan = z.object({
  /** The commands; of a document, those that lead to it. */
  commands: z.array(z.json()).readonly(),
  added: z.array(z.object({ node: z.string(), type: z.string(), lane: z.string() })).readonly(),
  removed: z.array(z.string()).readonly(),
  replaced: z.array(Succession).readonly(),
  moved: z.array(Succession).readonly(),
  changed: z.array(z.string()).readonly(),
  configured: z.array(z.object({ node: z.string(), keys: z.array(z.string()).readonly() })).readonly(),
  linked: z.array(PlannedLink).readonly(),
  unlinked: z.array(PlannedLink).readonly(),
  /** Why it would be refused; the lists are then empty. */
  refused: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** The type of {@linkcode Plan}. */
export type Plan = z.output<typeof Plan>;
