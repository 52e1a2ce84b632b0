/**
 * The grammar of `sluice mcp`.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { envVar, message, optionName } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { path } from "./path_argument.ts";
import { editing, packages, plugins } from "./shared_options.ts";

/** `sluice mcp`. */
export interface McpArgs {
  readonly command: "mcp";
  /** The graph file that the agent begins with. */
  readonly graph?: string;
  /** Address of a server, in place of a runtime of its own. */
  readonly at?: string;
  /** True if only tools that change nothing are there. */
  readonly readOnly: boolean;
  readonly roots: readonly string[];
  readonly lock: boolean;
  readonly allowPrograms: boolean;
  readonly allowPlugins: readonly string[];
  readonly packages: readonly string[];
  readonly plugins: readonly string[];
}

/** The command. */
export const mcp = command(
  "mcp",
  object({
    command: constant("mcp"),
    graph: optional(argument(path({ metavar: "GRAPH" }), {
      description: message`A graph file to begin with; by default an empty graph. The agent starts it.`,
    })),
    at: optional(option("--at", string({ metavar: "URL" }), {
      description:
        message`Let the agent work on the graph that ${"sluice serve"} runs at this address, with the token of ${
          envVar("SLUICE_TOKEN")
        }; by default on one of its own.`,
    })),
    readOnly: option("--read-only", { description: message`Offer only tools that change nothing.` }),
    ...editing,
    packages,
    plugins,
  }),
  {
    brief: message`Let an agent build and change graphs, over standard input and output.`,
    description:
      message`Speaks the Model Context Protocol until standard input is closed; then the graph is stopped and its files are finished. With ${
        optionName("--at")
      } the options of graphs are those of the server.`,
    footer: message`Exit codes: 0 done, 2 bad input, 129 after SIGHUP, 130 after Ctrl-C, 143 after SIGTERM.`,
  },
);
