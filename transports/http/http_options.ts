/**
 * What a script says of a server of pipelines, and its checks: a misspelt option would open it to others, or change
 * nothing unsaid.
 *
 * @module
 */
import { isUsableToken, MIN_TOKEN } from "../../control/server/server_options.ts";
import { SluiceError } from "../../core/errors.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { assertChoice, assertKeys, MAX_TIMEOUT_MS } from "../../core/errors/option_check.ts";

/** The port by default. */
export const DEFAULT_PORT = 8080;

const MAX_PORT = 65_535;

/** Limits of a server. The router has those of sessions. What is absent is as its default says. */
export interface HttpLimits {
  /** The most bytes of the body of a request; by default 64 MiB. */
  readonly bodyBytes?: number;
  /** The most bytes of all bodies that are held at once; by default 256 MiB. */
  readonly bodiesBytes?: number;
  /** How long a body may take to arrive, milliseconds; by default 30,000. */
  readonly bodyMs?: number;
  /** The most characters of a graph that a client brings along, as JSON; by default 1 MiB. */
  readonly graphBytes?: number;
  /** The most items of one request; by default 65,536. */
  readonly requestItems?: number;
  /** WebSockets at once; by default 256. */
  readonly connections?: number;
  /** How long a WebSocket may take to name its graph, milliseconds; by default 10,000. */
  readonly openMs?: number;
  /** A WebSocket that gives no sign of life and answers no ping for this long is closed, seconds; by default 60. */
  readonly idleSeconds?: number;
  /** How many inputs of a WebSocket may be on their way to its session; by default 64. */
  readonly windowItems?: number;
  /** How many bytes of them; by default 4 MiB. The item that passes the limit is still taken. */
  readonly windowBytes?: number;
  /** How many events of a session are kept for readers that come back; by default 256. */
  readonly resumeEvents?: number;
  /** How many characters of them; by default 1 MiB. */
  readonly resumeBytes?: number;
  /** How long a session that has ended is kept for such readers, milliseconds; by default 30,000. */
  readonly keepMs?: number;
  /** Time between two signs of life of an event stream that has nothing to tell, milliseconds; by default 15,000. */
  readonly beatMs?: number;
}

/** Options of `serveHttp()`. */
export interface HttpOptions {
  /** 0 for any free port; by default 8080. */
  readonly port?: number;
  /** Address to bind to; by default `127.0.0.1`. */
  readonly hostname?: string;
  /**
   * Who checks requests: `token` compares them with {@linkcode HttpOptions.token}, and `router` leaves it to the router's
   * `authenticate`: elsewhere than on loopback it must have one, and requests without a token are refused before it is
   * asked. By default `token`.
   */
  readonly access?: "token" | "router";
  /**
   * The token that every request must carry as `Authorization: Bearer`: 16 or more letters, digits, `_`, `-` and `.`. By
   * default none on loopback, and a new random one elsewhere.
   */
  readonly token?: string;
  /** Further names that requests may use for this server. */
  readonly allowedHosts?: readonly string[];
  /** The origins whose pages may call the server, as browsers send them: `https://app.example`. By default its own. */
  readonly origins?: readonly string[];
  /** Limits of requests and connections. */
  readonly limits?: HttpLimits;
}

/** The limits by default. */
export const HTTP_LIMITS: Required<HttpLimits> = {
  bodyBytes: 67_108_864,
  bodiesBytes: 268_435_456,
  bodyMs: 30_000,
  graphBytes: 1_048_576,
  requestItems: 65_536,
  connections: 256,
  openMs: 10_000,
  idleSeconds: 60,
  windowItems: 64,
  windowBytes: 4_194_304,
  resumeEvents: 256,
  resumeBytes: 1_048_576,
  keepMs: 30_000,
  beatMs: 15_000,
};

const KNOWN: { readonly [key in keyof Required<HttpOptions>]: true } = {
  port: true,
  hostname: true,
  access: true,
  token: true,
  allowedHosts: true,
  origins: true,
  limits: true,
};

/**
 * Refuses options that are none.
 *
 * @throws {SluiceError} `InvalidConfig`, with the option and what was wanted; a token is not shown
 */
export function assertHttpOptions(options: HttpOptions): void {
  assertKeys("Cannot serve pipelines", options, Object.keys(KNOWN));
  const { port, hostname, access, token, allowedHosts, origins, limits } = options;
  const isPort = Number.isInteger(port) && port! >= 0 && port! <= MAX_PORT;
  if (port !== undefined && !isPort) refuse("port", port, `a whole number from 0 to ${MAX_PORT}`);
  if (hostname !== undefined && (typeof hostname !== "string" || hostname === "")) {
    refuse("hostname", hostname, "an address of this machine, such as 0.0.0.0");
  }
  assertChoice("Cannot serve pipelines", "access", access, ["token", "router"]);
  if (token !== undefined && !isUsableToken(token)) {
    fail("token", `wanted for "token" ${MIN_TOKEN} or more letters, digits, "_", "-" and "."`);
  }
  if (access === "router" && token !== undefined) {
    fail("token", '"access" is "router", which leaves tokens to the router: leave "token" out');
  }
  for (const [key, value] of Object.entries({ allowedHosts, origins })) {
    const areTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
    if (value !== undefined && !areTexts) refuse(key, value, "a list of texts");
  }
  for (const origin of origins ?? []) {
    if (!isOrigin(origin)) refuse("origins", origin, "an origin without a path, such as https://app.example");
  }
  if (limits !== undefined) assertLimits(limits);
}

function assertLimits(limits: HttpLimits): void {
  assertKeys('Cannot serve pipelines with "limits"', limits, Object.keys(HTTP_LIMITS));
  for (const [name, value] of Object.entries(limits)) {
    const most = /(Ms|Seconds)$/.test(name) ? MAX_TIMEOUT_MS : Number.MAX_SAFE_INTEGER;
    const isNumber = Number.isSafeInteger(value) && value >= 1 && value <= most;
    if (value !== undefined && !isNumber) refuse(`limits.${name}`, value, `a whole number from 1 to ${most}`);
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function refuse(key: string, value: unknown, wanted: string): never {
  fail(key, `"${key}" is ${describeValue(value)}, wanted ${wanted}`);
}

function fail(key: string, what: string): never {
  throw new SluiceError("InvalidConfig", `Cannot serve pipelines: ${what}`, { key });
}
