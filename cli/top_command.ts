/**
 * `sluice top`: what the nodes and links of a running graph do, over the control plane.
 *
 * @module
 */
import { type ClientEvents, ControlClient } from "../control/client.ts";
import type { StatsFrame } from "../control/stats_frame.ts";
import { SluiceError } from "../core/errors.ts";
import type { TopArgs } from "./args.ts";
import { EXIT } from "./failure.ts";
import type { Io } from "./output.ts";
import { readToken, TOKEN_VARIABLE } from "./serve_command.ts";
import { EndSignals } from "./signals.ts";
import { fitScreen, readTop, renderTop, type TopReading } from "./top_table.ts";

/** How long the first answer may take, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The other screen of the terminal, without a cursor; and back. */
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

/** The figures of the first second. */
function printOnce(client: ControlClient, args: TopArgs, io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    follow(client, (reading) => {
      if (args.json) io.stdout.line(JSON.stringify(reading));
      else for (const line of renderTop(reading)) io.stdout.line(line);
      resolve(EXIT.ok);
    });
    client.on("status", (status) => {
      if (status === "waiting") reject(unreachable("Timeout", args.at, "the connection was lost"));
    });
    client.on("problem", reject);
  });
}

/** The figures of each second, until the reader has gone. */
function watch(client: ControlClient, args: TopArgs, io: Io): Promise<number> {
  return new Promise((resolve) => {
    let notice = "";
    let last: TopReading | undefined;
    const show = (): void => {
      if (io.stdout.closed) resolve(EXIT.ok);
      const above = notice === "" ? [] : [notice, ""];
      const rows = io.rows() - 1;
      const shown = last === undefined ? [] : renderTop(last, io.columns(), rows - above.length);
      const lines = [...above, ...shown];
      const fitted = fitScreen(lines, io.columns(), rows);
      io.stdout.write(`${HOME}${fitted.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join("")}${ERASE_BELOW}`);
    };
    if (!args.json) io.stdout.write(ENTER_SCREEN);
    follow(client, (reading) => {
      last = reading;
      if (args.json) io.stdout.line(JSON.stringify(reading));
      else show();
    });
    client.on("status", (status) => {
      notice = status === "waiting" ? `No answer from ${args.at}: trying again` : status === "open" ? "" : notice;
      if (!args.json) show();
    });
  });
}

/** Tells what happened between each two readings of one version of a graph. */
function follow(client: ControlClient, tell: (reading: TopReading) => void): void {
  let before: StatsFrame | undefined;
  client.on("graph", () => before = undefined);
  client.on("stats", (frame: ClientEvents["stats"]) => {
    const { graph } = client;
    if (before !== undefined && graph !== undefined) tell(readTop(graph, before, frame));
    before = frame;
  });
  client.watch({ statsHz: 1 });
}

/** Finds out who is there: a WebSocket that is refused does not say why. */
async function assertReachable(url: URL, token: string | undefined): Promise<void> {
  let response: Response;
  try {
    response = await fetch(new URL("/api/graph", url), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
  } catch (error) {
    if ((error as Error).name !== "TimeoutError") throw unreachable("InvalidConfig", url.href, "nobody listens there");
    throw unreachable("Timeout", url.href, `no answer within ${ANSWER_TIMEOUT_MS} ms`);
  }
  const isOurs = response.headers.get("content-type")?.startsWith("application/json") === true;
  const answer = isOurs ? await response.json() : await response.body?.cancel();
  if (response.ok && typeof answer?.run === "string") return;
  if (response.status === 401) {
    const found = token === undefined ? "no token was given" : "the token is another one";
    const message = `Cannot look at the graph at ${url.href}: ${found}, wanted the one that "sluice run --serve" has ` +
      `printed there, as --token or ${TOKEN_VARIABLE}`;
    throw new SluiceError("InvalidConfig", message, { key: "--token" });
  }
  const said = typeof answer?.error === "string" ? answer.error : "what answers there is no control plane of Sluice";
  throw new SluiceError("InvalidConfig", `Cannot look at the graph at ${url.href}: ${said}`, { key: "--at" });
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
