/**
 * The grammar of `sluice plugins`.
 *
 * @module
 */
import { object, or } from "@optique/core/constructs";
import { message, optionName } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { KnownCommand } from "./output/unexpected.ts";
import { path } from "./path_argument.ts";
import { json, plugins } from "./shared_options.ts";

/** `sluice plugins list`. */
export interface ListPluginsArgs {
  readonly command: "list-plugins";
  readonly json: boolean;
  readonly plugins: readonly string[];
}

/** `sluice plugins info`. */
export interface PluginInfoArgs {
  readonly command: "plugin-info";
  /** Its name, or its folder. */
  readonly plugin: string;
  readonly json: boolean;
  readonly plugins: readonly string[];
}

/** `sluice plugins check`. */
export interface CheckPluginsArgs {
  readonly command: "check-plugins";
  /** None: all that are found. */
  readonly folders: readonly string[];
  readonly json: boolean;
}

/** `sluice plugins new`. */
export interface NewPluginArgs {
  readonly command: "new-plugin";
  readonly name: string;
  readonly c: boolean;
  readonly rust: boolean;
  readonly python: boolean;
  /** Where its folder goes. */
  readonly folder?: string;
}

/** `sluice plugins build`. */
export interface BuildPluginsArgs {
  readonly command: "build-plugins";
  /** None: the current directory. */
  readonly folders: readonly string[];
}

/** What a command line asks of plugins. */
export type PluginArgs = ListPluginsArgs | PluginInfoArgs | CheckPluginsArgs | NewPluginArgs | BuildPluginsArgs;

/** The advice for `plugins` without a second word. */
const WANTED_PLUGINS = message`Wanted ${optionName("plugins list")}, ${optionName("plugins info")}, ${
  optionName("plugins check")
}, ${optionName("plugins new")} or ${optionName("plugins build")}.`;

const listPlugins = command("list", object({ command: constant("list-plugins"), json, plugins }), {
  brief: message`List the plugins that are found, and what names their folders.`,
});

const pluginInfo = command(
  "info",
  object({
    command: constant("plugin-info"),
    plugin: argument(string({ metavar: "NAME" }), { description: message`The plugin's name, or its folder.` }),
    json,
    plugins,
  }),
  { brief: message`Show what a plugin says of itself, and its stages.` },
);

const checkPlugins = command(
  "check",
  object({
    command: constant("check-plugins"),
    folders: multiple(argument(path({ metavar: "FOLDER" }), {
      description: message`A plugin's folder, or one with several; by default all that are found.`,
    })),
    json,
  }),
  {
    brief: message`Say everything for which plugins are refused.`,
    footer: message`Exit codes: 0 nothing is wrong, 2 a plugin is refused.`,
  },
);

const newPlugin = command(
  "new",
  object({
    command: constant("new-plugin"),
    name: argument(string({ metavar: "NAME" }), { description: message`The plugin's name, such as hum-filter.` }),
    c: option("--c", { description: message`In C.` }),
    rust: option("--rust", { description: message`In Rust.` }),
    python: option("--python", { description: message`In Python, which is not built.` }),
    folder: optional(option("--folder", path({ metavar: "FOLDER" }), {
      description: message`Where its folder goes; by default ${"plugins"}.`,
    })),
  }),
  {
    brief: message`Make a plugin: its source, its plugin.toml, a test, a graph, and how to build it.`,
  },
);

const buildPlugins = command(
  "build",
  object({
    command: constant("build-plugins"),
    folders: multiple(argument(path({ metavar: "FOLDER" }), {
      description: message`A plugin's folder, or one with several; by default the current directory.`,
    })),
  }),
  {
    brief: message`Build plugins in C or Rust, and check them.`,
    description:
      message`Runs cargo where there is a ${"Cargo.toml"}, else make where there is a ${"Makefile"}, else the C compiler, and leaves the library beside ${"plugin.toml"}.`,
    footer:
      message`Exit codes: 0 done, 1 the compiler failed or is missing, 2 bad input, or the built plugin is refused.`,
  },
);

/** `sluice plugins`. */
export const managePlugins = command(
  "plugins",
  or(listPlugins, pluginInfo, checkPlugins, newPlugin, buildPlugins, { errors: { noMatch: WANTED_PLUGINS } }),
  { brief: message`List, check, make or build native plugins.` },
);

/** Its commands, for messages. */
export const pluginCommands: readonly KnownCommand[] = [
  { path: "plugins list", usage: listPlugins.usage },
  { path: "plugins info", usage: pluginInfo.usage },
  { path: "plugins check", usage: checkPlugins.usage },
  { path: "plugins new", usage: newPlugin.usage },
  { path: "plugins build", usage: buildPlugins.usage },
];
