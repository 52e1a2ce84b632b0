/**
 * The options that several commands have.
 *
 * @module
 */
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { float, string } from "@optique/core/valueparser";
import { SERVE_PATTERN } from "./output/serve_address.ts";
import { path } from "./path_argument.ts";

/** Prints for programs. */
export const json = option("--json", { description: message`Print JSON, one object a line, and nothing else.` });

/** Names further generated files. */
export const packages = multiple(
  option("--packages", path({ metavar: "FILE" }), {
    description: message`Take node types from this ${"sluice.gen.ts"} too. May be given several times.`,
  }),
);

/** Names folders with plugins. */
export const plugins = multiple(
  option("--plugins", path({ metavar: "FOLDER" }), {
    description: message`Load the plugins in this folder too. May be given several times.`,
  }),
);

/** Longest time that a timer counts: 2³¹ milliseconds, about 24 days. */
export const MAX_SECONDS = 2_147_483;

/** Ends a run. */
export const seconds = optional(option("--seconds", float({ metavar: "N", min: 0, max: MAX_SECONDS }), {
  description: message`Stop after this many seconds, as after Ctrl-C, with success.`,
}));

const explainServe = (text: string) =>
  message`Cannot serve on ${text}: wanted a port such as ${"4840"}, or an address with one such as ${"0.0.0.0:4840"}.`;

/** Says where the page is served. */
export const serve = optional(
  option(
    "--serve",
    string({ metavar: "[HOST:]PORT", pattern: SERVE_PATTERN, errors: { patternMismatch: explainServe } }),
    {
      description:
        message`Serve a live page of the graph on this port, for this machine only unless HOST is given, which prints a token to log in with; without a value, on a free port.`,
    },
  ),
);

/** What clients may do with a graph. */
export const editing = {
  roots: multiple(option("--root", path({ metavar: "FOLDER" }), {
    description:
      message`Let clients add nodes that read and write files in this folder; by default the current one. May be given several times.`,
  })),
  lock: option("--lock", { description: message`Let clients watch and control the graph, but not change it.` }),
  allowPrograms: option("--allow-programs", {
    description: message`Let clients add nodes that run programs.`,
  }),
  allowPlugins: multiple(option("--allow-plugin", string({ metavar: "NAME" }), {
    description:
      message`Let clients add stages of this plugin, beside those that come with Sluice. May be given several times.`,
  })),
};
