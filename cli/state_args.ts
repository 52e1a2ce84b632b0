/**
 * The grammar of the commands that pause, end and start a graph that runs elsewhere.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { footer, type Remote, remote } from "./edit_args.ts";

/** What a command line asks of the run of a graph. */
export type StateArgs =
  & Remote
  & (
    | { readonly command: "pause" | "resume" | "stop" }
    | { readonly command: "start"; readonly resume: boolean }
    | { readonly command: "restart"; readonly node?: string; readonly resume: boolean }
  );

const resumes = option("--resume", { description: message`Let nodes go on from the states that they ended with.` });

const pause = command("pause", object({ command: constant("pause"), ...remote }), {
  brief: message`Pause a running graph.`,
  description: message`Each node waits after its tick. Nothing is dropped, and a file that is written can be changed.`,
  footer,
});

const resume = command("resume", object({ command: constant("resume"), ...remote }), {
  brief: message`Let a paused graph run on.`,
  footer,
});

const stop = command("stop", object({ command: constant("stop"), ...remote }), {
  brief: message`Stop a running graph.`,
  description: message`Ends the sources, and waits until the rest has done what is left and files are complete.`,
  footer,
});

const start = command("start", object({ command: constant("start"), resume: resumes, ...remote }), {
  brief: message`Start a graph that does not run, or has ended.`,
  footer,
});

const restart = command(
  "restart",
  object({
    command: constant("restart"),
    node: optional(argument(string({ metavar: "NODE" }), {
      description: message`Only this node, without its state; by default the graph.`,
    })),
    resume: resumes,
    ...remote,
  }),
  { brief: message`Stop a running graph and start it again, or one node.`, footer },
);

/** The commands. */
export const stateCommands = [pause, resume, stop, start, restart] as const;
