/**
 * `sluice run --serve`: the control plane and the page beside a run.
 *
 * @module
 */
import type { CommandAccessOptions } from "../../control/commands/command_access.ts";
import type { OpenJournal } from "../../control/commands/journal.ts";
import { isLoopback } from "../../control/server/access.ts";
import { DEFAULT_PORT } from "../../control/schemas/address.ts";
import { type ControlServer, serveLogged } from "../../control/server/server.ts";
import type { EditingOptions } from "../../control/server/runtime_host.ts";
import { type ControlOptions, isUsableToken, MIN_TOKEN } from "../../control/server/server_options.ts";
import { SluiceError } from "../../core/errors.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import type { Runtime } from "../../core/runtime.ts";
import { answerHls } from "../../transports/hls/answer_hls.ts";
import { obeyPlayers } from "../../transports/webrtc/encoders.ts";
import { answerWhip } from "../../transports/webrtc/whip.ts";
import type { RunArgs } from "../args.ts";
import type { Io } from "../output/output.ts";
import { readServeAddress } from "../output/serve_address.ts";
import { buildMissingPage } from "../project/missing_page.ts";

/** A command log that a journal keeps. */
type KeptLog = Pick<EditingOptions, "log" | "journal">;

/** The first parts of the paths that {@linkcode answerWhip} and {@linkcode answerHls} answer. */
const MEDIA_PATHS: readonly string[] = ["whip", "whep", "hls"];

/** How many ports are tried if none was given. */
const TRIED_PORTS = 20;

/** What a page has beside its graph. */
export interface PageMore {
  /** The token of the server; by default that of `SLUICE_TOKEN`. */
  readonly token?: string;
  /** The sessions that it lists. */
  readonly sessions?: SessionRouter;
  /** What commands of clients may name. */
  readonly commands?: CommandAccessOptions;
  /** True if no command of clients may change the graph. */
  readonly lock?: boolean;
  /** Path of the journal of the command log. */
  readonly journal?: string;
  /** The file that the graph is saved to. */
  readonly graphFile?: string;
}

/** Holds the token of a server or of a client, so that it appears in no command line. */
export const TOKEN_VARIABLE = "SLUICE_TOKEN";

/**
 * Serves a runtime, once a page that a checkout lacks is built, and prints the address once, with the token if the
 * server made one. The server makes a token for every address that other machines can reach, unless `SLUICE_TOKEN`
 * holds one.
 *
 * @param address as `--serve` has it
 * @returns the server with its journal, which is kept until the server is closed
 * @throws {SluiceError} `InvalidConfig` if the address cannot be bound to, or the token is too short
 */
export async function serveRun(
  runtime: Runtime,
  address: string,
  args: Pick<RunArgs, "graph" | "expression" | "json" | "origins">,
  io: Io,
  more: PageMore = {},
): Promise<AsyncDisposable> {
  const { hostname, port } = readServeAddress(address);
  const { journal, commands, lock, graphFile } = more;
  const given = more.token ?? readToken();
  await using begun = new AsyncDisposableStack();
  const opened = journal === undefined ? undefined : begun.use(await replay(journal, runtime, lock, args.json, io));
  const kept: KeptLog = { ...(journal !== undefined && { journal }), ...(opened && { log: opened.log }) };
  await buildMissingPage((line) => io.stderr.line(line));
  const options: ControlOptions = {
    title: args.expression ?? args.graph,
    ...(hostname !== undefined && { hostname }),
    ...(hostname !== undefined && !isLoopback(hostname) && { allowedHosts: namesOfThisMachine() }),
    ...(given !== undefined && { token: given }),
    ...(more.sessions && { sessions: more.sessions }),
    ...(commands && { commands }),
    ...(lock && { lock }),
    ...(graphFile !== undefined && { graphFile }),
    answer: async (request) => await answerWhip(runtime, request) ?? await answerHls(runtime, request),
    pages: { origins: args.origins ?? [], paths: MEDIA_PATHS },
  };
  begun.use(obeyPlayers(runtime));
  const server = begun.use(
    port === undefined ? serveOnFree(runtime, options, kept) : serveOn(runtime, { ...options, port }, address, kept),
  );
  const token = given === undefined ? server.token : undefined;
  const [url, ...others] = urlsOf(server.url);
  if (args.json) {
    const more = others.length > 0 && { others };
    io.stdout.line(JSON.stringify({ event: "serving", url, ...more, ...(token !== undefined && { token }) }));
  } else {
    for (const each of [url, ...others]) io.stderr.line(`Live page: ${each}`);
    if (token !== undefined) io.stderr.line(`Token: ${token}`);
  }
  if (journal === undefined) begun.defer(() => tellUnsaved(server.unsavedChanges, more, args.json, io));
  return begun.move();
}

/** Says at the end what is lost with it. */
function tellUnsaved(changes: number, { graphFile, commands }: PageMore, json: boolean, io: Io): void {
  if (changes === 0) return;
  if (json) return io.stdout.line(JSON.stringify({ event: "unsaved", changes }));
  const what = changes === 1 ? "1 change was" : `${changes} changes were`;
  const how = graphFile === undefined ? "sluice save FILE" : "sluice save";
  // `sluice run` keeps no journal.
  const journal = commands === undefined ? "" : ", or --journal FILE, which keeps each at once";
  io.stderr.line(`${what} not saved: next time use "${how}" before the end${journal}`);
}

/** Makes the changes of a journal again, and keeps further ones in it until it is closed. */
async function replay(
  path: string,
  runtime: Runtime,
  lock: boolean | undefined,
  json: boolean,
  io: Io,
): Promise<OpenJournal> {
  const { openJournal } = await import("../../control/commands/journal.ts");
  const opened = await openJournal(path, runtime, lock);
  const { replayed } = opened;
  if (json) io.stdout.line(JSON.stringify({ event: "journal", path, replayed }));
  else if (replayed > 0) io.stderr.line(`${path}: ${replayed === 1 ? "1 change" : `${replayed} changes`} made again`);
  return opened;
}

function serveOnFree(runtime: Runtime, options: ControlOptions, kept: KeptLog): ControlServer {
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIED_PORTS; port++) {
    try {
      return serveLogged(runtime, { ...options, port }, kept);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return serveLogged(runtime, { ...options, port: 0 }, kept);
}

function serveOn(runtime: Runtime, options: ControlOptions, address: string, kept: KeptLog): ControlServer {
  try {
    return serveLogged(runtime, options, kept);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw refusal(
        `Cannot serve on port ${options.port}: it is taken; choose another one, or leave =${address} out for a free one`,
      );
    }
    throw refusal(`Cannot serve on ${address}: ${(error as Error).message}; wanted an address of this machine`);
  }
}

function refusal(message: string): SluiceError {
  return new SluiceError("InvalidConfig", message, { key: "--serve" });
}

/** The token in the environment. */
export function readToken(): string | undefined {
  const token = Deno.env.get(TOKEN_VARIABLE);
  return token === undefined || token === "" ? undefined : usableToken(token, `of ${TOKEN_VARIABLE}`, TOKEN_VARIABLE);
}

/**
 * Refuses a token that is none, without showing it.
 *
 * @param where it stands, for the message
 * @throws {SluiceError} `InvalidConfig`
 */
export function usableToken(token: string, where: string, key: string): string {
  if (isUsableToken(token)) return token;
  const wanted = `${MIN_TOKEN} or more letters, digits, "_", "-" and "."`;
  throw new SluiceError("InvalidConfig", `Cannot use the token ${where}: wanted ${wanted}`, { key });
}

/** The addresses that people can type. A server on every address has those of this machine, network addresses first. */
function urlsOf(url: string): [string, ...string[]] {
  const { hostname, port } = new URL(url);
  if (hostname !== "0.0.0.0" && hostname !== "[::]") return [url];
  const isOwn = (address: string) => isLoopback(address);
  const found = addressesOfThisMachine(hostname === "[::]").sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)));
  const [first = "127.0.0.1", ...others] = found.map((each) => each.includes(":") ? `[${each}]` : each);
  return [`http://${first}:${port}`, ...others.map((each) => `http://${each}:${port}`)];
}

function addressesOfThisMachine(alsoIpv6: boolean): string[] {
  try {
    const isLinkLocal = (address: string) => /^fe[89ab]/i.test(address);
    return Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" || (alsoIpv6 && !isLinkLocal(address)))
      .map(({ address }) => address);
  } catch {
    return [];
  }
}

/** The names of this machine in its network. No page of another site is loaded from them. */
export function namesOfThisMachine(): string[] {
  try {
    const name = Deno.hostname();
    return [name, `${name}.local`];
  } catch {
    return [];
  }
}
