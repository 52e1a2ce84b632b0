/**
 * `sluice top`: shows the nodes and links of a running graph, over the control plane.
 *
 * @module
 */
import { type ClientEvents, ControlClient } from "../../control/client/client.ts";
import { describeProblem } from "../../control/client/client_calls.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { SluiceError } from "../../core/errors.ts";
import { escapeControls } from "../../core/log.ts";
import type { TopArgs } from "../args.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { readToken, TOKEN_VARIABLE } from "./serve_command.ts";
import { EndSignals } from "../output/signals.ts";
import { fitScreen, readTop, renderTop, type TopReading } from "./top_table.ts";

const STRANGER = "the server there is not a control plane of Sluice";

/** How many of the last warnings and errors stand below the figures. */
const WARNINGS = 3;

/** How long the first answer may take, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** How long the figures of the first second may take, milliseconds. */
const FIGURES_TIMEOUT_MS = 8_000;

/** The longest description of a graph that is read, bytes. */
const MAX_GRAPH_BYTES = 512e6;

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
  const url = readUrl(args.at);
  const token = args.token ?? readToken();
  await assertReachable(url, token);
  using signals = new EndSignals();
  const client = new ControlClient({ url: rpcUrl(url), ...(token !== undefined && { token }) });
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

/** Finds out why no connection is possible: a refused WebSocket does not say. */
async function assertReachable(url: URL, token: string | undefined): Promise<void> {
  let response: Response;
  try {
    response = await fetch(new URL("/api/graph", url), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
  } catch (error) {
    throw whyUnreachable(url, error);
  }
  const isOurs = response.headers.get("content-type")?.startsWith("application/json") === true;
  let answer: { readonly run?: unknown; readonly error?: unknown } | undefined;
  try {
    if (isOurs) answer = JSON.parse(await readBounded(response));
    else await response.body?.cancel();
  } catch (error) {
    throw whyUnreachable(url, error);
  }
  if (response.ok && typeof answer?.run === "string") return;
  if (response.status === 401) {
    const found = token === undefined ? "no token was given" : "the token is another one";
    const message = `Cannot show the graph at ${url.href}: ${found}, wanted the one that "sluice run --serve" has ` +
      `printed there, as --token or ${TOKEN_VARIABLE}`;
    throw new SluiceError("InvalidConfig", message, { key: "--token" });
  }
  const said = typeof answer?.error === "string" ? answer.error : STRANGER;
  throw new SluiceError("InvalidConfig", `Cannot show the graph at ${url.href}: ${said}`, { key: "--at" });
}

/** Reads the start of a body, without waiting for one that never ends. @throws {RangeError} if it is too long */
async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > MAX_GRAPH_BYTES) throw new RangeError("the answer is too long");
  }
  return text + decoder.decode();
}

function whyUnreachable(url: URL, error: unknown): SluiceError {
  const { name, cause } = error as Error;
  if (name === "TimeoutError") {
    return unreachable("Timeout", url.href, `no whole answer within ${ANSWER_TIMEOUT_MS} ms`);
  }
  return unreachable("InvalidConfig", url.href, reasonOf(String(cause ?? error)));
}

/** The reason in the error of a `fetch` without an answer. */
function reasonOf(error: string): string {
  if (/dns error/.test(error)) return "no machine of that name is known";
  if (/\(Connect\)/.test(error)) return "nobody listens there";
  // The `fetch` standard lists ports of other protocols.
  if (/Requests to port \d+ are blocked/.test(error)) return "programs may not send HTTP to that port";
  return STRANGER;
}

function readUrl(text: string): URL {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
  if (url !== null && url.hostname !== "") return url;
  const message = `Cannot read --at ${JSON.stringify(text)}: wanted an address such as http://127.0.0.1:4840`;
  throw new SluiceError("InvalidConfig", message, { key: "--at" });
}

function rpcUrl(url: URL): string {
  const rpc = new URL("/rpc", url);
  rpc.protocol = url.protocol.replace("http", "ws");
  return rpc.href;
}

function unreachable(code: "InvalidConfig" | "Timeout", at: string, reason: string): SluiceError {
  const message = `Cannot reach a graph at ${at}: ${reason}; "sluice run --serve" prints the address of one`;
  return new SluiceError(code, message, { key: "--at" });
}
