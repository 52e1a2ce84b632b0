/**
 * `sluice top`: shows the nodes and links of a running graph, over the control plane.
 *
 * @module
 */
import type { ClientEvents, ControlClient } from "../../control/client/client.ts";
import { describeProblem } from "../../control/client/client_calls.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { escapeControls } from "../../core/log.ts";
import type { TopArgs } from "../args.ts";
import { connectControl, unreachable } from "./control_address.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { EndSignals } from "../output/signals.ts";
import { fitScreen, readTop, renderTop, type TopReading } from "./top_table.ts";

/** How many of the last warnings and errors stand below the figures. */
const WARNINGS = 3;

/** How long the figures of the first second may take, milliseconds. */
const FIGURES_TIMEOUT_MS = 8_000;

/** Enters the terminal's alternate screen without a cursor, and leaves it. */
const ENTER_SCREEN = "\x1b[?1049h\x1b[?25l";
const LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const ERASE_TO_LINE_END = "\x1b[K";
const ERASE_BELOW = "\x1b[J";

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` if nobody listens at the URL or the token is missing or wrong, `Timeout` if no
 *   answer comes
 */
export async function topCommand(args: TopArgs, io: Io): Promise<number> {
  const client = await connectControl(args.at, args.token);
  using signals = new EndSignals();
  try {
    const repeat = io.screen && !args.once;
    const end = repeat ? watch(client, args, io) : printOnce(client, args, io);
    return await Promise.race([signals.received, end]);
  } finally {
    client.close();
    if (io.screen && !args.once && !args.json) io.stdout.write(LEAVE_SCREEN);
  }
}

/** Prints the figures of the first second. */
function printOnce(client: ControlClient, args: TopArgs, io: Io): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    const late = () => reject(unreachable("Timeout", args.at, `no figures within ${FIGURES_TIMEOUT_MS} ms`));
    const timer = setTimeout(late, FIGURES_TIMEOUT_MS);
    client.on("status", (status) => {
      if (status === "closed") clearTimeout(timer);
      if (status === "waiting") reject(unreachable("Timeout", args.at, "the connection was lost"));
    });
    client.on(
      "problem",
      (error) => reject(unreachable("InvalidConfig", args.at, escapeControls(describeProblem(error)))),
    );
    follow(client, (reading) => {
      if (args.json) io.stdout.line(JSON.stringify(reading));
      else for (const line of renderTop(reading)) io.stdout.line(line);
      resolve(EXIT.ok);
    });
  });
}

/** Prints the figures of each second, until the reader has gone. */
function watch(client: ControlClient, args: TopArgs, io: Io): Promise<number> {
  return new Promise((resolve) => {
    const warnings: string[] = [];
    let notice = "";
    let problem = "";
    let last: TopReading | undefined;
    const show = (): void => {
      if (io.stdout.closed) resolve(EXIT.ok);
      const above = notice === "" ? [] : [notice, ""];
      const below = warnings.length === 0 ? [] : ["", ...warnings];
      const rows = io.rows() - 1;
      const room = rows - above.length - below.length;
      const shown = last === undefined ? [] : renderTop(last, io.columns(), room).slice(0, Math.max(0, room));
      const lines = [...above, ...shown, ...below];
      const fitted = fitScreen(lines, io.columns(), rows);
      io.stdout.write(`${HOME}${fitted.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join("")}${ERASE_BELOW}`);
    };
    if (!args.json) io.stdout.write(ENTER_SCREEN);
    client.on("logs", (lines) => {
      for (const { level, message } of lines) warnings.push(`${level}: ${escapeControls(message)}`);
      warnings.splice(0, warnings.length - WARNINGS);
      if (!args.json) show();
    });
    follow(client, (reading) => {
      last = reading;
      notice = problem = "";
      if (args.json) io.stdout.line(JSON.stringify(reading));
      else show();
    });
    client.on("status", (status) => {
      if (status === "waiting") {
        notice = `No answer from ${args.at}: ${problem === "" ? "" : `${problem}; `}trying again`;
      }
      if (!args.json) show();
    });
    client.on("problem", (error) => {
      problem = escapeControls(describeProblem(error));
      notice = `Cannot read the figures of ${args.at}: ${problem}`;
      if (args.json) io.stderr.line(notice);
      else show();
    });
  });
}

/** Reports what happened between each two readings of one version of a graph. */
function follow(client: ControlClient, tell: (reading: TopReading) => void): void {
  let before: StatsFrame | undefined;
  client.on("graph", () => before = undefined);
  client.on("stats", (frame: ClientEvents["stats"]) => {
    const { graph } = client;
    if (before !== undefined && graph !== undefined) tell(readTop(graph, before, frame));
    before = frame;
  });
  client.watch({ statsHz: 1, logs: { level: "warn" } });
}
