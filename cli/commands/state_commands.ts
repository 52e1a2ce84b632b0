/**
 * `sluice pause`, `resume`, `stop`, `start` and `restart`: the run of a graph elsewhere.
 *
 * @module
 */
import type { ControlClient } from "../../control/client/client.ts";
import { SluiceError } from "../../core/errors.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import type { StateArgs } from "../state_args.ts";
import { askControl } from "./ask_control.ts";

/** How long a graph may take to end or to start, milliseconds. */
const TIMEOUT_MS = 60_000;

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for options that do not go together, or if nobody listens
 */
export async function stateCommand(args: StateArgs, io: Io): Promise<number> {
  if (args.command === "restart" && args.node !== undefined && args.resume) {
    const message = `Cannot restart "${args.node}" with --resume: a node alone starts without its state; leave one out`;
    throw new SluiceError("InvalidConfig", message, { key: "--resume" });
  }
  return await askControl(args, io, async (client) => {
    const answer = await carryOut(args, client);
    const said = "state" in answer ? answer.state : `restarted ${args.command === "restart" ? args.node : ""}`;
    io.stdout.line(args.json ? JSON.stringify(answer) : said);
    return EXIT.ok;
  });
}

async function carryOut(
  args: StateArgs,
  client: ControlClient,
): Promise<{ readonly state: string } | Record<never, never>> {
  switch (args.command) {
    case "start":
      return await client.call("graph.start", { resume: args.resume }, TIMEOUT_MS);
    case "restart": {
      const { node, resume } = args;
      if (node !== undefined) return await client.call("node.restart", { node }, TIMEOUT_MS);
      return await client.call("graph.restart", { resume }, TIMEOUT_MS);
    }
    default:
      return await client.call(`graph.${args.command}`, {}, TIMEOUT_MS);
  }
}
