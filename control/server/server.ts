/**
 * The control plane of a runtime: HTTP to read, `/rpc` to follow and control, `/mcp` for agents, and the page.
 *
 * Loopback by default; any other address requires a token. Every route and upgrade checks `Host` and `Origin`; every
 * answer carries a strict content security policy.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { logger } from "../../core/log.ts";
import type { Runtime } from "../../core/runtime.ts";
import { Access, isLoopback, isWholeUpgrade, offersProtocol, randomToken } from "./access.ts";
import { DEFAULT_PORT, MCP_PATH, MCP_READ_ONLY_PATH, RPC_PROTOCOL } from "../schemas/address.ts";
import { AddressLimits } from "./address_limits.ts";
import { makeApi } from "../connections/api.ts";
import { type Connection, type ConnectionHost, serveConnection } from "../connections/connection.ts";
import { RateLimit } from "../../core/log/rate_limit.ts";
import { DEFAULT_LIMITS } from "../schemas/limits.ts";
import { answerForeignPages, type ForeignPages, isFromForeignPage } from "./foreign_pages.ts";
import { Listener } from "./listener.ts";
import { LOGIN_STYLES_PATH, loginPage, loginStyles } from "./login_page.ts";
import { McpDoor } from "./mcp_door.ts";
import { POLICY_VIOLATION } from "../answers/outbox.ts";
import { PageFiles } from "./page_files.ts";
import { servePanel } from "./panel_files.ts";
import { type EditingOptions, hostRuntime, type RuntimeHost } from "./runtime_host.ts";
import { assertControlOptions, type ControlOptions } from "./server_options.ts";
import { within } from "./within.ts";
import { ClientBudget, WorkBudget } from "../answers/work_budget.ts";

/** After this many seconds without a sign of life or an answer to a ping, a connection is closed. */
const IDLE_SECONDS = 20;

/** A connection that has asked for nothing for this long gives its place to another client, milliseconds. */
const FIRST_CALL_MS = 1_000;

/** Longest body of a login, bytes. */
const MAX_LOGIN_BYTES = 1_024;

/** How much time clients can save up together, and owe, milliseconds. */
const BURST_MS = 500;

/** How much time of their own HTTP requests can save up together, milliseconds. */
const OWN_BURST_MS = 100;

/** The thread time that a request without the token costs, milliseconds. */
const STRANGER_MS = 0.125;

const BUSY = "Cannot answer: all clients together have used up their share of the server's time; try again later";

/** The paths that are answered without a token. */
const OPEN_PATHS: readonly string[] = [LOGIN_STYLES_PATH, "/logout", "/healthz"];

/** The paths that are cheap, or check the budget themselves. */
const UNBUDGETED: readonly string[] = ["/healthz", "/rpc"];

/** How long clients may take to receive the last answers and news before their connections are closed, milliseconds. */
const DRAIN_TIMEOUT_MS = 500;

/** Time between two checks of what still waits for clients, milliseconds. */
const DRAIN_LOOK_MS = 5;

/** How long open requests may take to end, milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Logins a second from one address. */
const LOGINS_PER_SECOND = 5;

const HEADERS: { readonly [name: string]: string } = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // With "no-referrer" a browser would send "null" as the origin of the login form.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** A running server. */
export interface ControlServer extends AsyncDisposable {
  /** `http://127.0.0.1:4840`. */
  readonly url: string;
  /** The token that requests must carry; absent on loopback. */
  readonly token?: string;
  /** WebSocket connections now. */
  readonly connections: number;
  /** Bytes of statistics that were sent. */
  readonly statsBytes: number;
  /** Bytes that wait for slow clients. */
  readonly waitingBytes: number;
  /** Changes by clients that are in no graph file; those in a journal count. */
  readonly unsavedChanges: number;
  /** Sends every client the last answers, news and reading, and closes the connections. The runtime goes on. */
  close(): Promise<void>;
}

/**
 * Serves the control plane of a runtime, and the page, until it is closed. The runtime may be started before or after.
 *
 * @throws {SluiceError} `InvalidConfig` for an option
 * @throws {Deno.errors.AddrInUse} if the port is taken
 */
export function serveControl(runtime: Runtime, options: ControlOptions = {}): ControlServer {
  return serveLogged(runtime, options);
}

/** As {@linkcode serveControl}. @param kept the log of the runtime's graph; by default it begins with the first command */
export function serveLogged(
  runtime: Runtime,
  options: ControlOptions,
  kept: Pick<EditingOptions, "log" | "journal"> = {},
): ControlServer {
  assertControlOptions(options);
  const hostname = options.hostname ?? "127.0.0.1";
  const token = options.token ?? (isLoopback(hostname) ? undefined : randomToken());
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const budget = new WorkBudget(limits.mainShare, BURST_MS, BURST_MS, () => performance.now());
  let statsBytes = 0;
  const sockets = new Map<WebSocket, Place>();
  const { sessions } = options;
  const open = (of: Runtime, title: string, editing: EditingOptions) =>
    hostRuntime(of, title, { limits, budget, sessions }, (bytes) => void (statsBytes += bytes), editing, options.taps);
  const main = open(runtime, options.title ?? "", { ...options, ...kept });
  const { host } = main;
  const others = new Map<number, OtherHost>();
  /** Shows the graph of a session for as long as anybody looks. */
  const ofSession = (number: number): OtherHost | undefined => {
    const known = others.get(number);
    const of = known === undefined ? sessions?.runtimeOf(number) : undefined;
    if (of === undefined) return known;
    const row = sessions!.sessions().find((each) => each.number === number);
    const made = {
      ...open(of, `${row?.graph ?? "graph"}, session ${number}`, { commands: options.commands ?? {} }),
      users: 0,
    };
    others.set(number, made);
    return made;
  };
  const leave = (number: number) => {
    const other = others.get(number);
    if (other === undefined || --other.users > 0) return;
    others.delete(number);
    other[Symbol.dispose]();
  };
  const access = new Access({
    hostname,
    ...(token !== undefined && { token }),
    allowedHosts: options.allowedHosts ?? [],
  });
  const mcp = new McpDoor();
  const app = makeApp({
    host,
    mcp,
    ofSession,
    leave,
    access,
    sockets,
    page: options.page ?? new URL("../../web/dist/", import.meta.url),
    answer: options.answer,
    pages: options.pages ?? { origins: [], paths: [] },
  });
  const listener = new Listener({
    hostname,
    port: options.port ?? DEFAULT_PORT,
    answer: (request, address) => app.fetch(request, { address }),
    failed(error) {
      logger("control").error("A request failed", { error });
      return new Response("Internal error", { status: 500, headers: HEADERS });
    },
  });
  const close = async (): Promise<void> => {
    const hosts = [main, ...others.values()];
    await drain(sockets, hosts);
    await mcp.close();
    for (const each of hosts) each[Symbol.dispose]();
    for (const socket of sockets.keys()) socket.close(1001, "the server ends");
    // An upgraded connection whose other end has gone would block the close.
    await within(CLOSE_TIMEOUT_MS, listener.close());
  };
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${shown}:${listener.port}`,
    ...(token !== undefined && { token }),
    get connections() {
      return sockets.size;
    },
    get waitingBytes() {
      return [...sockets.keys()].reduce((sum, socket) => sum + socket.bufferedAmount, 0);
    },
    get statsBytes() {
      return statsBytes;
    },
    get unsavedChanges() {
      return main.unsaved();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Sends clients their last messages, and waits until these are on their way. */
async function drain(sockets: ReadonlyMap<WebSocket, Place>, hosts: readonly RuntimeHost[]): Promise<void> {
  const endMs = performance.now() + DRAIN_TIMEOUT_MS;
  await within(DRAIN_TIMEOUT_MS, Promise.all([...sockets.values()].map(({ connection }) => connection.answered())));
  for (const { connection } of sockets.values()) connection.flush();
  for (const each of hosts) each.finish();
  const waits = () => [...sockets.keys()].some((socket) => socket.bufferedAmount > 0);
  while (waits() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
}

/** The graph of a session, and how many connections show it. */
interface OtherHost extends RuntimeHost {
  users: number;
}

interface AppParts {
  readonly host: ConnectionHost;
  readonly mcp: McpDoor;
  readonly ofSession: (number: number) => OtherHost | undefined;
  readonly leave: (number: number) => void;
  readonly access: Access;
  readonly sockets: Map<WebSocket, Place>;
  readonly page: URL;
  readonly answer: ControlOptions["answer"];
  readonly pages: ForeignPages;
}

/** What the handlers of a request receive beside it. */
interface AppEnv {
  readonly Bindings: { readonly address: string };
}

function makeApp({ host, mcp, ofSession, leave, access, sockets, page, answer, pages }: AppParts): Hono<AppEnv> {
  const { limits } = host;
  const app = new Hono<AppEnv>();
  const rate = new RateLimit(limits.requestsPerSecond, limits.requestsPerSecond, () => performance.now());
  const strangers = new AddressLimits(limits.requestsPerSecond);
  const logins = new AddressLimits(LOGINS_PER_SECOND);
  const makeBudget = () => {
    const own = new WorkBudget(limits.connectionShare, OWN_BURST_MS, OWN_BURST_MS, () => performance.now());
    return new ClientBudget(own, host.budget);
  };
  const clients = makeBudget();
  // Separate, so that strangers cannot use up the budget of those with the token.
  const others = makeBudget();
  const files = new PageFiles(page, (ms) => clients.took(ms));
  const answerPages = answerForeignPages(pages.origins);
  app.use("*", async (c, next) => {
    const isForeign = isFromForeignPage(pages, c.req.raw);
    const refusal = access.checkSource(c.req.raw, isForeign);
    if (refusal !== undefined) return refuse(c, refusal.status, refusal.message);
    if (!isForeign) return await next();
    const preflight = await answerPages(c, next);
    if (preflight instanceof Response) return harden(preflight);
  });
  app.use("*", async (c, next) => {
    const missing = access.checkToken(c.req.raw);
    if (!(missing === undefined ? rate.take() : strangers.take(c.env.address))) {
      return refuse(c, 429, `Cannot answer: more than ${limits.requestsPerSecond} requests a second`);
    }
    const budget = missing === undefined ? clients : others;
    if (!budget.hasTime && !UNBUDGETED.includes(c.req.path)) return refuse(c, 503, BUSY);
    if (missing !== undefined) others.took(STRANGER_MS);
    const isLogin = access.wantsToken && c.req.path === "/" && c.req.method === "POST";
    if (missing !== undefined && !isLogin && !OPEN_PATHS.includes(c.req.path)) {
      if (c.req.path === "/" && c.req.method === "GET") return harden(loginPage(false));
      return refuse(c, missing.status, missing.message);
    }
    await next();
    // The answer to an upgrade must stay as Deno made it.
    if (c.res.status !== 101) harden(c.res);
  });
  app.get(LOGIN_STYLES_PATH, () => loginStyles());
  app.post("/", async (c, next) => {
    if (!access.wantsToken) return await next();
    if (!logins.take(c.env.address)) return refuse(c, 429, "Cannot log in: too many tries; wait a second");
    const given = await readToken(c.req.raw);
    if (given === undefined || !access.isToken(given)) return loginPage(true);
    return new Response(null, { status: 303, headers: { location: "/", "set-cookie": access.logIn(c.req.raw) } });
  });
  app.post("/logout", (c) => {
    const login = access.loginOf(c.req.raw);
    for (const place of sockets.values()) {
      if (login !== "" && place.login === login) place.connection.close(POLICY_VIOLATION, "logged out");
    }
    return new Response(null, { status: 303, headers: { location: "/", "set-cookie": access.logOut(c.req.raw) } });
  });
  app.get("/api/login", (c) => c.json({ loggedIn: access.loginOf(c.req.raw) !== "" }));
  app.route("/", makeApi(host, clients));
  app.get("/rpc", (c) => {
    const request = c.req.raw;
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refuse(c, 426, "Cannot answer: /rpc is a WebSocket");
    }
    if (!offersProtocol(request, RPC_PROTOCOL)) {
      return refuse(c, 400, `Cannot answer: subprotocol "${RPC_PROTOCOL}" is wanted`);
    }
    if (host.budget.leftMs <= 0) {
      return refuse(c, 503, "Cannot take the connection: clients take too much time already");
    }
    if (!isWholeUpgrade(request)) return refuse(c, 400, "Cannot answer: the upgrade lacks headers of RFC 6455");
    if (sockets.size >= limits.connections && !freeIdlePlace(sockets)) {
      return refuse(c, 503, `Cannot take the connection: ${limits.connections} are open, the most`);
    }
    const session = c.req.query("session");
    const other = session === undefined ? undefined : ofSession(Number(session));
    if (session !== undefined && other === undefined) return refuse(c, 404, "Cannot show the session: it has ended");
    // The request cannot be read after the upgrade.
    const login = access.loginOf(request);
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RPC_PROTOCOL, idleTimeout: IDLE_SECONDS });
    const connection = serveConnection(socket, other?.host ?? host);
    sockets.set(socket, { connection, login, sinceMs: performance.now() });
    if (other !== undefined) other.users++;
    forgetOnceGone(
      socket,
      limits.openMs,
      once(() => {
        sockets.delete(socket);
        if (other !== undefined) leave(Number(session));
      }),
    );
    return response;
  });
  for (const path of [MCP_PATH, MCP_READ_ONLY_PATH]) app.all(path, (c) => mcp.fetch(c.req.raw, host, clients));
  if (answer !== undefined) {
    app.use("*", async (c, next) => {
      const response = await answer(c.req.raw);
      return response ?? await next();
    });
  }
  app.onError((error, c) => {
    logger("control").error("A request failed", { error });
    return refuse(c, 500, "Cannot answer: an error that is not expected");
  });
  app.get("*", async (c, next) => {
    if (c.req.path === "/logout") return await next();
    const panel = /^\/panels\/([^/]+)$/.exec(c.req.path);
    const file = panel === null
      ? await files.serve(c.req.path, c.req.header("if-none-match"))
      : await servePanel(panel[1]);
    return file ?? refuse(c, 404, "Cannot answer: there is no such path");
  });
  app.all("*", (c) => {
    const wanted = c.req.path === "/logout" ? "POST" : "GET";
    c.header("allow", wanted === "GET" ? "GET, HEAD" : wanted);
    return refuse(c, 405, `Cannot answer: wanted ${wanted}`);
  });
  return app;
}

/** A connection, and what the server knows about it. */
interface Place {
  readonly connection: Connection;
  /** The login of the browser, or `""`. */
  readonly login: string;
  /** When the connection was accepted, on the clock of `performance.now()`. */
  readonly sinceMs: number;
}

/** Closes the oldest connection that has asked for nothing. @returns whether it found one */
function freeIdlePlace(sockets: Map<WebSocket, Place>): boolean {
  const nowMs = performance.now();
  for (const [socket, { connection, sinceMs }] of sockets) {
    if (connection.hasCalled || nowMs - sinceMs < FIRST_CALL_MS) continue;
    sockets.delete(socket);
    socket.close(1013, "others want the place, and this connection has asked for nothing");
    return true;
  }
  return false;
}

/** A client that leaves before its upgrade is answered leaves a socket that never opens and fires no event. */
function forgetOnceGone(socket: WebSocket, openMs: number, forget: () => void): void {
  const timer = setTimeout(() => {
    forget();
    socket.addEventListener("open", () => socket.close(1013, "too late"));
  }, openMs);
  Deno.unrefTimer(timer);
  socket.addEventListener("open", () => clearTimeout(timer));
  socket.addEventListener("close", () => {
    clearTimeout(timer);
    forget();
  });
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 421 | 426 | 429 | 500 | 503;

function refuse(c: Context<AppEnv>, status: ErrorStatus, message: string): Response {
  return harden(c.json({ error: message }, status));
}

function harden(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

/** The field `token` of a form. */
async function readToken(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? Infinity) > MAX_LOGIN_BYTES) return undefined;
  try {
    const token = (await request.formData()).get("token");
    return typeof token === "string" ? token.trim() : undefined;
  } catch {
    return undefined;
  }
}
