/**
 * The grammar of `sluice clap`.
 *
 * @module
 */
import { object, or } from "@optique/core/constructs";
import { message, optionName } from "@optique/core/message";
import { multiple, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { KnownCommand } from "./output/unexpected.ts";
import { path } from "./path_argument.ts";
import { json } from "./shared_options.ts";

/** `sluice clap list`. */
export interface ClapListArgs {
  readonly command: "clap-list";
  readonly json: boolean;
}

/** `sluice clap info`. */
export interface ClapInfoArgs {
  readonly command: "clap-info";
  /** A file, or a name that is looked for. */
  readonly path: string;
  /** `""`: the only plugin of the file. */
  readonly id: string;
  readonly json: boolean;
}

/** `sluice clap scan`. */
export interface ClapScanArgs {
  readonly command: "clap-scan";
  /** Files, or names that are looked for; none: all that are installed. */
  readonly paths: readonly string[];
  /** Where the node types go. */
  readonly folder: string;
  readonly json: boolean;
}

/** What a command line asks of CLAP plugins. */
export type ClapArgs = ClapListArgs | ClapInfoArgs | ClapScanArgs;

const list = command("list", object({ command: constant("clap-list"), json }), {
  brief: message`List the CLAP plugins that are installed.`,
  description:
    message`Looks in the folders that ${"CLAP_PATH"} names, in ${"~/.clap"}, ${"/usr/local/lib/clap"} and ${"/usr/lib/clap"}. Each file is opened in a process of its own: one that crashes or hangs is named with the reason, and the others are listed.`,
});

const info = command(
  "info",
  object({
    command: constant("clap-info"),
    path: argument(path({ metavar: "PATH" }), {
      description: message`The file with the plugin, or a name that ${"sluice clap list"} shows.`,
    }),
    id: withDefault(
      argument(string({ metavar: "ID" }), {
        description: message`The plugin's id; by default that of the only plugin in the file.`,
      }),
      "",
    ),
    json,
  }),
  {
    brief: message`Show a CLAP plugin's ports, parameters and latency.`,
    footer: message`Exit codes: 0 done, 2 the plugin cannot be used.`,
  },
);

const scan = command(
  "scan",
  object({
    command: constant("clap-scan"),
    paths: multiple(argument(path({ metavar: "PATH" }), {
      description:
        message`Files with plugins, or names that ${"sluice clap list"} shows; none: all that are installed.`,
    })),
    folder: withDefault(
      option("--folder", path({ metavar: "FOLDER" }), {
        description: message`Where they go; by default ${"plugins/clap-nodes"}. That of an earlier scan is made anew.`,
      }),
      "plugins/clap-nodes",
    ),
    json,
  }),
  {
    brief: message`Make node types of CLAP plugins.`,
    description:
      message`Each has the plugin's ports, and a key for each parameter with its range. The folder is a plugin of Sluice: name it by ${
        optionName("--plugins")
      }, or in ${"sluice.json"}, where it is entered if there is one here.`,
    footer:
      message`Exit codes: 0 done, 1 files cannot be written, 2 there is no plugin that can be used, or the folder is another thing.`,
  },
);

const noMatch = message`Wanted ${optionName("clap list")}, ${optionName("clap info")} or ${optionName("clap scan")}.`;

/** `sluice clap`. */
export const clap = command("clap", or(list, info, scan, { errors: { noMatch } }), {
  brief: message`List CLAP plugins, show what is in one, and make node types of them.`,
});

/** Its commands, for messages. */
export const clapCommands: readonly KnownCommand[] = [
  { path: "clap list", usage: list.usage },
  { path: "clap info", usage: info.usage },
  { path: "clap scan", usage: scan.usage },
];
