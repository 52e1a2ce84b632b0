/**
 * The command line's grammar: commands, options, help texts.
 *
 * @module
 */
import { merge, object, or, type OrOptions } from "@optique/core/constructs";
import { runParser } from "@optique/core/facade";
import { message, metavar, optionName } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { type Parser, type Suggestion, suggestSync } from "@optique/core/parser";
import { argument, command, constant, option } from "@optique/core/primitives";
import { extractCommandNames } from "@optique/core/usage";
import { choice, float, string } from "@optique/core/valueparser";
import { CONVERT_CHOICES, type ConvertChoice } from "../core/links/policy.ts";
import { MAX_TAP_RATE, TAP_VIEWS, type TapView } from "../control/schemas/tap_views.ts";
import { EXPRESSION_NAME } from "./expression/name.ts";
import { joinServe } from "./output/serve_address.ts";
import { ArgsAnswered } from "./output/args_answered.ts";
import { explainUnexpected, type KnownCommand } from "./output/unexpected.ts";
import { type EditArgs, editCommands, remote } from "./edit_args.ts";
import { type StateArgs, stateCommands } from "./state_args.ts";
import { clap, type ClapArgs, clapCommands } from "./clap_args.ts";
import { type DeviceArgs, deviceCommands, joinDevices } from "./device_args.ts";
import { type MediaArgs, mediaCommands } from "./media_args.ts";
import { mcp, type McpArgs } from "./mcp_args.ts";
import { path } from "./path_argument.ts";
import { type PipelineArgs, pipelineCommands } from "./pipeline_args.ts";
import { managePlugins, type PluginArgs, pluginCommands } from "./plugin_args.ts";
import { json, MAX_SECONDS, packages, plugins, seconds, serve } from "./shared_options.ts";
import { PROGRAM, VERSION } from "./output/version.ts";
import { valueOptions } from "./value_options.ts";

/** `sluice run`. */
export interface RunArgs {
  readonly command: "run";
  readonly graph: string;
  /** A graph that stands in one line, in place of a file; `graph` is `-e` then. */
  readonly expression?: string;
  /** Whether links that do not say have nodes put in that convert, whatever the file says. */
  readonly convert?: ConvertChoice;
  /** Each `node.key=value`. */
  readonly set: readonly string[];
  /** Stops after this time. */
  readonly seconds?: number;
  /** How many seconds a call of a node may take; 0 sets no limit. */
  readonly stuckAfter?: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly mode?: "live" | "offline";
  /** The runtime chooses the lanes of nodes that name none. */
  readonly lanes?: "auto";
  readonly native?: "auto" | "require" | "off";
  /** Where to serve the page and the control plane, as {@linkcode readServeAddress} reads it. */
  readonly serve?: string;
  /** The origins whose pages may send and play media. */
  readonly origins?: readonly string[];
  /** Replaces nodes whose source is saved. */
  readonly watch: boolean;
  /** Checks frames, as development mode does. */
  readonly dev: boolean;
  /** Paths of further `sluice.gen.ts` files. */
  readonly packages: readonly string[];
  /** Folders with plugins. */
  readonly plugins: readonly string[];
}

/** `sluice check`. */
export interface CheckArgs {
  readonly command: "check";
  readonly graph: string;
  /** A graph that stands in one line, in place of a file; `graph` is `-e` then. */
  readonly expression?: string;
  /** Whether links that do not say have nodes put in that convert, whatever the file says. */
  readonly convert?: ConvertChoice;
  readonly set: readonly string[];
  readonly json: boolean;
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** `sluice graph`. */
export interface GraphArgs {
  readonly command: "graph";
  readonly graph: string;
  /** A graph that stands in one line, in place of a file; `graph` is `-e` then. */
  readonly expression?: string;
  /** Whether links that do not say have nodes put in that convert, whatever the file says. */
  readonly convert?: ConvertChoice;
  readonly format: "dot" | "mermaid" | "json";
  /** Lists the nodes of each lane, with why they are there, in place of a drawing. */
  readonly lanes: boolean;
  /** For the list of lanes: runs the graph for so long, and measures. */
  readonly seconds?: number;
  /** Path of the file to write; absent: standard output. */
  readonly output?: string;
  readonly set: readonly string[];
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** `sluice nodes list`. */
export interface ListArgs {
  readonly command: "list";
  /** What to list types for; by default all. */
  readonly word?: string;
  readonly json: boolean;
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** `sluice nodes info`. */
export interface InfoArgs {
  readonly command: "info";
  readonly type: string;
  readonly json: boolean;
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** `sluice new processor`. */
export interface NewProcessorArgs {
  readonly command: "new-processor";
  readonly name: string;
  /** Where the class goes. */
  readonly folder?: string;
  /** Path of a `sluice.json`. */
  readonly config?: string;
}

/** `sluice new project`. */
export interface NewProjectArgs {
  readonly command: "new-project";
  readonly folder: string;
}

/** `sluice codegen`. */
export interface CodegenArgs {
  readonly command: "codegen";
  readonly check: boolean;
  readonly watch: boolean;
  /** Path of a `sluice.json`. */
  readonly config?: string;
}

/** `sluice doctor`. */
export interface DoctorArgs {
  readonly command: "doctor";
  readonly json: boolean;
}

/** `sluice top`. */
export interface TopArgs {
  readonly command: "top";
  /** URL of a control plane. */
  readonly at: string;
  readonly token?: string;
  readonly once: boolean;
  readonly json: boolean;
}

/** `sluice tap`. */
export interface TapArgs {
  readonly command: "tap";
  /** The id of a link, or an output. */
  readonly link: string;
  readonly what?: TapView;
  /** Readings a second. */
  readonly rate?: number;
  /** URL of a control plane. */
  readonly at: string;
  readonly token?: string;
  readonly output?: string;
  /** True if `output` is overwritten. */
  readonly force: boolean;
  readonly seconds?: number;
  readonly json: boolean;
}

/** What a command line asks for. */
export type CommandArgs =
  | TapArgs
  | TopArgs
  | GraphArgs
  | RunArgs
  | CheckArgs
  | ListArgs
  | InfoArgs
  | CodegenArgs
  | NewProcessorArgs
  | NewProjectArgs
  | PipelineArgs
  | McpArgs
  | EditArgs
  | StateArgs
  | PluginArgs
  | MediaArgs
  | DeviceArgs
  | ClapArgs
  | DoctorArgs;

const graph = or(
  object({
    graph: argument(path({ metavar: "GRAPH.json" }), {
      description: message`The graph file; ${"-"} is standard input.`,
    }),
  }),
  object({
    graph: constant(EXPRESSION_NAME),
    expression: option("-e", "--expression", string({ metavar: "NODES" }), {
      description:
        message`A graph in place of a file: node types with their values, ${"!"} between those that are linked, ${";"} between chains. ${"id=NAME"} names a node, and ${"NAME."} or ${"NAME.PORT"} stands for it in another chain.`,
    }),
  }),
  {
    errors: { noMatch: message`Expected a ${metavar("GRAPH.json")}, or ${optionName("-e")} with a graph in one line` },
  },
);
const set = multiple(
  option("--set", string({ metavar: "NODE.KEY=VALUE" }), {
    description: message`Use this value in place of the one in the file. May be given several times.`,
  }),
);

const convert = optional(option("--convert", choice(CONVERT_CHOICES, { metavar: "WHEN" }), {
  description:
    message`Put nodes that convert where the input of a link takes other formats than the output is known to give (auto), or none (off), whatever the file says. A graph in one line has them unless this says off.`,
}));

const run = command(
  "run",
  merge(
    graph,
    object({
      command: constant("run"),
      convert,
      set,
      seconds,
      stuckAfter: optional(option("--stuck-after", float({ metavar: "N", min: 0, max: MAX_SECONDS }), {
        description:
          message`Fail when a call of a node has held its thread for this many seconds, or offline has awaited something for so long; by default 30, and 0 for never.`,
      })),
      json,
      quiet: option("-q", "--quiet", { description: message`Show neither progress nor summary.` }),
      mode: optional(option("--mode", choice(["live", "offline"], { metavar: "MODE" }), {
        description: message`Pace by the clock (live) or as fast as possible (offline), whatever the file says.`,
      })),
      lanes: optional(option("--lanes", choice(["auto"], { metavar: "HOW" }), {
        description:
          message`Move nodes that name no lane to others when theirs has too much to do (auto), whatever the file says.`,
      })),
      native: optional(option("--native", choice(["auto", "require", "off"], { metavar: "WHEN" }), {
        description:
          message`Use the native library if it is there (auto), fail without it (require), or do without it (off).`,
      })),
      serve,
      origins: multiple(option("--origin", string({ metavar: "ORIGIN" }), {
        description: message`With ${
          optionName("--serve")
        }: let pages of this origin send and play media by WHIP, WHEP and HLS, such as ${"https://app.example"}. May be given several times.`,
      })),
      watch: option("--watch", {
        description:
          message`When the source of a processor is saved, generate its code and replace its nodes while the rest runs on.`,
      }),
      dev: option("--dev", {
        description:
          message`Development mode: a frame that is used after it was given away, or changed while others see it, fails its node. Runs slower. On with ${
            optionName("--watch")
          }; SLUICE_DEV=0 turns it off.`,
      }),
      packages,
      plugins,
    }),
  ),
  {
    brief: message`Run a graph.`,
    description:
      message`Runs a graph until all its sources have ended, or Ctrl-C. A second Ctrl-C, a second later or more, ends at once.`,
    footer:
      message`Exit codes: 0 done, 1 failed while running, 2 bad input, 129 after SIGHUP (the terminal was closed), 130 after Ctrl-C, 143 after SIGTERM.`,
  },
);

const check = command(
  "check",
  merge(graph, object({ command: constant("check"), set, convert, json, packages, plugins })),
  {
    brief: message`Check a graph file without running it.`,
    description: message`Lists everything that is wrong with a graph file, each with its line and column.`,
  },
);

const draw = command(
  "graph",
  merge(
    graph,
    object({
      command: constant("graph"),
      convert,
      format: withDefault(
        option("--format", choice(["dot", "mermaid", "json"], { metavar: "FORMAT" }), {
          description:
            message`For Graphviz (dot), for Markdown (mermaid), or a graph file that says everything (json).`,
        }),
        "dot" as const,
      ),
      lanes: option("--lanes", {
        description:
          message`In place of a drawing, list the nodes of each lane, and why the runtime may move them to others or not.`,
      }),
      seconds: optional(option("--seconds", float({ metavar: "N", min: 0.1, max: MAX_SECONDS }), {
        description: message`With ${
          optionName("--lanes")
        }: run the graph for this many seconds, and list what each node took of its lane in the last one and what the runtime moved.`,
      })),
      output: optional(option("-o", "--output", path({ metavar: "FILE" }), {
        description: message`Write to this file; by default to standard output.`,
      })),
      set,
      packages,
      plugins,
    }),
  ),
  {
    brief: message`Draw a graph file.`,
    description: message`Draws the nodes of a graph under their lanes, and the links. Runs nothing, unless ${
      optionName("--seconds")
    } asks for it.`,
    footer: message`Exit codes: 0 done, 2 bad input.`,
  },
);

const list = command(
  "list",
  object({
    command: constant("list"),
    word: optional(argument(string({ metavar: "WORD" }), {
      description: message`Only those for this: ${"mix"}, ${"LUFS"}, ${"duck"}.`,
    })),
    json,
    packages,
    plugins,
  }),
  { brief: message`List the node types by family.` },
);

const info = command(
  "info",
  object({
    command: constant("info"),
    type: argument(string({ metavar: "TYPE" }), { description: message`The node type's name.` }),
    json,
    packages,
    plugins,
  }),
  { brief: message`Show a node type's ports and configuration.` },
);

const nodes = command(
  "nodes",
  or(list, info, { errors: { noMatch: message`Wanted ${optionName("nodes list")} or ${optionName("nodes info")}.` } }),
  {
    brief: message`List the node types, or show one.`,
  },
);

const codegen = command(
  "codegen",
  object({
    command: constant("codegen"),
    check: option("--check", { description: message`Write nothing; fail if a file is not up to date.` }),
    watch: option("--watch", { description: message`Keep running, and write again whenever a class changes.` }),
    config: optional(option("--config", path({ metavar: "FILE" }), {
      description: message`The ${"sluice.json"} to use; by default the one in the current directory.`,
    })),
  }),
  {
    brief: message`Write the generated code of a package's processors.`,
    description: message`Reads the annotated classes that ${"sluice.json"} names and writes ${"sluice.gen.ts"}.`,
  },
);

/** The advice for `new` without a second word. */
const WANTED_NEW = message`Wanted ${optionName("new project")} or ${optionName("new processor NAME")}.`;

const newProcessor = command(
  "processor",
  object({
    command: constant("new-processor"),
    name: argument(string({ metavar: "NAME" }), { description: message`The node type's name, such as hum-filter.` }),
    folder: optional(option("--folder", path({ metavar: "FOLDER" }), {
      description: message`Where the class goes; by default the first folder that ${"sluice.json"} names.`,
    })),
    config: optional(option("--config", path({ metavar: "FILE" }), {
      description: message`The ${"sluice.json"} to use or to make; by default the one in the current directory.`,
    })),
  }),
  {
    brief: message`Make a processor: its class, its test and its page.`,
  },
);

const newProject = command(
  "project",
  object({
    command: constant("new-project"),
    folder: withDefault(
      argument(path({ metavar: "FOLDER" }), {
        description: message`Where it goes; the folder is made if it is missing.`,
      }),
      ".",
    ),
  }),
  {
    brief: message`Make a project: a processor, its test, a graph file, a script, and tasks for them.`,
  },
);

const make = command("new", or(newProject, newProcessor, { errors: { noMatch: WANTED_NEW } }), {
  brief: message`Make a new project or processor that runs at once.`,
});

const doctor = command("doctor", object({ command: constant("doctor"), json }), {
  brief: message`Say what is installed, what is missing, and what to do.`,
});

const tap = command(
  "tap",
  object({
    command: constant("tap"),
    link: argument(string({ metavar: "LINK" }), {
      description: message`The id of a link, such as ${"link0"}, or an output, such as ${"mic.audio"}.`,
    }),
    what: optional(option("--what", choice(TAP_VIEWS, { metavar: "VIEW" }), {
      description:
        message`How to look at it: levels, waveform or spectrum of sound, an image of a picture, or raw, what it carries.`,
    })),
    rate: optional(option("--rate", float({ min: 0.1, max: MAX_TAP_RATE, metavar: "HZ" }), {
      description: message`The most readings a second; images come at most 15 times.`,
    })),
    output: optional(option("-o", "--output", path({ metavar: "FILE" }), {
      description:
        message`Write what the link carries: sound to a .wav, one picture to a .png or .jpg, values and records to a .jsonl, encoded frames to any other file.`,
    })),
    force: option("-f", "--force", { description: message`Overwrite FILE.` }),
    seconds,
    ...remote,
    json,
  }),
  {
    brief: message`Look at what a link of a running graph carries.`,
    description:
      message`Prints readings of one link, or writes its frames to a file, until Ctrl-C, the end of the graph or the given time. The graph does not wait for it and is not changed by it.`,
    footer:
      message`Exit codes: 0 done, 1 no answer, 2 bad input, nobody listens there or the token is wrong, 130 after Ctrl-C.`,
  },
);

const top = command(
  "top",
  object({
    command: constant("top"),
    ...remote,
    once: option("--once", { description: message`Print the figures of one second, and end.` }),
    json,
  }),
  {
    brief: message`Watch a graph that runs.`,
    description:
      message`Shows what each node and link of a running graph does, every second, until Ctrl-C. Shows it once if standard output is not a terminal.`,
    footer: message`Exit codes: 0 done, 1 no answer, 2 nobody listens there or the token is wrong, 130 after Ctrl-C.`,
  },
);

const commands = [
  run,
  check,
  draw,
  ...mediaCommands,
  ...deviceCommands,
  ...pipelineCommands,
  nodes,
  codegen,
  make,
  managePlugins,
] as const;

/** Commands beside those: one or() takes 15 parsers. */
const further = [top, doctor, tap, mcp, clap] as const;

/** Every command that does something, for messages; of those whose last word is the same, the last is meant by it. */
const known: readonly KnownCommand[] = [
  ...pluginCommands,
  ...clapCommands,
  { path: "nodes list", usage: list.usage },
  { path: "nodes info", usage: info.usage },
  ...[...commands, ...further, ...editCommands, ...stateCommands].filter((each) =>
    each !== nodes && each !== make && each !== managePlugins && each !== clap
  )
    .map((
      { usage },
    ) => ({
      path: [...extractCommandNames(usage)][0],
      usage,
    })),
  { path: "new project", usage: newProject.usage },
  { path: "new processor", usage: newProcessor.usage },
];

/** The options of a command that take a value. @param path what people type: `set`, `nodes list` */
export function optionsWithValue(path: string): ReadonlySet<string> {
  return valueOptions(known.find((each) => each.path === path)?.usage ?? []);
}

/** The commands about a graph that runs elsewhere. */
function elsewhere(options: OrOptions): Parser<"sync", EditArgs | StateArgs, unknown> {
  return or(or(...editCommands, options), or(...stateCommands, options), options);
}

/** What can come in place of the last word of a command line, by its grammar. */
export function suggestArgs(words: readonly string[]): readonly Suggestion[] {
  const [first, ...rest] = words;
  const parser: Parser<"sync", CommandArgs, unknown> = or(...commands, or(...further, elsewhere({})));
  return first === undefined ? [] : suggestSync(parser, [first, ...rest]);
}

/**
 * Reads a command line.
 *
 * @param args without the program's name
 * @param io where answers of the parser go: help to `stdout`, mistakes to `stderr`
 * @throws {ArgsAnswered} if there is nothing left to do
 */
export function parseArgs(
  args: readonly string[],
  io: { stdout: (text: string) => void; stderr: (text: string) => void; colors: boolean; maxWidth?: number },
): CommandArgs {
  const errors = { unexpectedInput: (token: string) => explainUnexpected(token, args, known) };
  const parser: Parser<"sync", CommandArgs, unknown> = or(
    ...commands,
    or(...further, elsewhere({ errors }), { errors }),
    { errors },
  );
  const answered = (exitCode: number): never => {
    throw new ArgsAnswered(exitCode);
  };
  const onShow = () => answered(0);
  return runParser(parser, PROGRAM, joinServe(joinDevices(args)), {
    help: { command: true, option: { names: ["-h", "--help"] }, onShow },
    version: { value: VERSION, option: true, command: true, onShow },
    completion: { command: true, onShow },
    aboveError: "none",
    showDefault: true,
    showChoices: true,
    brief: message`Sluice runs graphs of media and sensor streams.`,
    footer: message`Logging: SLUICE_LOG=trace, debug, info, warn, error or off, lane=debug for one part, and json.`,
    stdout: io.stdout,
    stderr: io.stderr,
    colors: io.colors,
    maxWidth: io.maxWidth,
    onError: () => answered(2),
  });
}
