/**
 * The options that several commands have.
 *
 * @module
 */
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { path } from "./path_argument.ts";

/** Prints for programs. */
export const json = option("--json", { description: message`Print JSON, one object a line, and nothing else.` });

/** Names folders with plugins. */
export const plugins = multiple(
  option("--plugins", path({ metavar: "FOLDER" }), {
    description: message`Load the plugins in this folder too. May be given several times.`,
  }),
);
