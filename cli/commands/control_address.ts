/**
 * Connects to the control plane of a graph that runs somewhere.
 *
 * @module
 */
import { ControlClient } from "../../control/client/client.ts";
import { SluiceError } from "../../core/errors.ts";
import { readToken, TOKEN_VARIABLE } from "./serve_command.ts";

const STRANGER = "the server there is not a control plane of Sluice";

/** How long the first answer may take, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The longest description of a graph that is read, bytes. */
const MAX_GRAPH_BYTES = 512e6;

/**
 * Returns a client of the control plane at an address, which the caller closes.
 *
 * @param at as `--at` has it
 * @param token by default that of `SLUICE_TOKEN`
 * @throws {SluiceError} `InvalidConfig` if nobody listens there or the token is missing or wrong, `Timeout` if no answer
 *   comes
 */
export async function connectControl(at: string, token: string | undefined = readToken()): Promise<ControlClient> {
  const url = readUrl(at);
  await assertReachable(url, token);
  return new ControlClient({ url: rpcUrl(url), ...(token !== undefined && { token }) });
}

/**
 * Finds out why no connection is possible: a refused WebSocket does not say.
 *
 * @throws {SluiceError} as {@linkcode connectControl}
 */
export async function assertReachable(url: URL, token: string | undefined): Promise<void> {
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
  if (/^NotCapable/.test(error)) return "Deno has no permission to, start it with --allow-net";
  if (/dns error/.test(error)) return "no machine of that name is known";
  if (/\(Connect\)/.test(error)) return "nobody listens there";
  // The `fetch` standard lists ports of other protocols.
  if (/Requests to port \d+ are blocked/.test(error)) return "programs may not send HTTP to that port";
  return STRANGER;
}

/** Reads an address as `--at` has it. @throws {SluiceError} `InvalidConfig` if it is none */
export function readUrl(text: string): URL {
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

/** Returns the error for a control plane that is not reached. */
export function unreachable(code: "InvalidConfig" | "Timeout", at: string, reason: string): SluiceError {
  const message = `Cannot reach a graph at ${at}: ${reason}; "sluice run --serve" prints the address of one`;
  return new SluiceError(code, message, { key: "--at" });
}
