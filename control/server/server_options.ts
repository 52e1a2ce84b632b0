/**
 * The options of a server, and their checks: a misspelt option would open it to others, or change nothing unsaid.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import type { SessionRouter } from "../../core/pipeline/session_router.ts";
import type { CommandAccessOptions } from "../commands/command_access.ts";
import { type ControlLimits, DEFAULT_LIMITS } from "../schemas/limits.ts";
import { type ForeignPages, isOrigin } from "./foreign_pages.ts";

/** Options of `serveControl()`. */
export interface ControlOptions {
  /** 0 for any free port; by default 4840. */
  readonly port?: number;
  /** Address to bind to; by default `127.0.0.1`. */
  readonly hostname?: string;
  /**
   * The token that every request must carry: 16 or more letters, digits, `_`, `-` and `.`. By default none on loopback,
   * and a new random one elsewhere.
   */
  readonly token?: string;
  /** Further names that requests may use for this server. */
  readonly allowedHosts?: readonly string[];
  /** The name of the graph, for people. */
  readonly title?: string;
  /** The sessions that are listed, each with its graph; the router of the pipelines that the process offers. */
  readonly sessions?: SessionRouter;
  /** What commands of clients may name: files, programs, plugins. */
  readonly commands?: CommandAccessOptions;
  /** True if no command of clients may change the graph; by default false. */
  readonly lock?: boolean;
  /** The file that the graph is saved to. */
  readonly graphFile?: string;
  /** False if no client may look at what links carry; by default true. */
  readonly taps?: boolean;
  /** Folder of the built page, ending with a slash; by default `web/dist/`. */
  readonly page?: URL;
  /**
   * Answers requests to paths that the server does not have itself, of clients that may ask; `undefined` for paths that it
   * does not have either.
   */
  readonly answer?: (request: Request) => Promise<Response | undefined>;
  /** The pages of other origins that may use paths of `answer`; by default none. */
  readonly pages?: ForeignPages;
  /** Limits of clients; the defaults suit a page or two and a few scripts. */
  readonly limits?: Partial<ControlLimits>;
}

/** The least length of a token that the server did not make. */
export const MIN_TOKEN = 16;

const KNOWN: { readonly [key in keyof Required<ControlOptions>]: true } = {
  port: true,
  hostname: true,
  token: true,
  allowedHosts: true,
  title: true,
  sessions: true,
  commands: true,
  lock: true,
  graphFile: true,
  taps: true,
  page: true,
  answer: true,
  pages: true,
  limits: true,
};

const MAX_PORT = 65_535;

/** Whether text can serve as a token: long enough, and of characters that a header and an address take. */
export function isUsableToken(token: unknown): boolean {
  return typeof token === "string" && token.length >= MIN_TOKEN && /^[\w.-]+$/.test(token);
}

/** @throws {SluiceError} `InvalidConfig`, with the option and what was wanted; a token is not shown */
export function assertControlOptions(options: ControlOptions): void {
  assertKeys("Cannot serve", options, Object.keys(KNOWN));
  const { port, hostname, token, allowedHosts, title, sessions, page, limits } = options;
  const isPort = Number.isInteger(port) && port! >= 0 && port! <= MAX_PORT;
  if (port !== undefined && !isPort) refuse("port", port, `a whole number from 0 to ${MAX_PORT}`);
  if (hostname !== undefined && (typeof hostname !== "string" || hostname === "")) {
    refuse("hostname", hostname, "an address of this machine, such as 0.0.0.0");
  }
  if (token !== undefined && !isUsableToken(token)) {
    refuse("token", undefined, `${MIN_TOKEN} or more letters, digits, "_", "-" and "."`);
  }
  const areHosts = Array.isArray(allowedHosts) && allowedHosts.every((each) => typeof each === "string");
  if (allowedHosts !== undefined && !areHosts) refuse("allowedHosts", allowedHosts, "a list of names");
  if (title !== undefined && typeof title !== "string") refuse("title", title, "text");
  if (options.taps !== undefined && typeof options.taps !== "boolean") refuse("taps", options.taps, "true or false");
  if (page !== undefined && !(page instanceof URL)) refuse("page", page, "the URL of a folder");
  if (sessions !== undefined && typeof sessions.runtimeOf !== "function") {
    refuse("sessions", sessions, "a SessionRouter");
  }
  if (options.pages !== undefined) assertPages(options.pages);
  if (limits !== undefined) assertLimits(limits);
}

function assertPages(pages: ForeignPages): void {
  assertKeys('Cannot serve with "pages"', pages, ["origins", "paths"]);
  for (const name of ["origins", "paths"] as const) {
    if (!Array.isArray(pages[name])) refuse(`pages.${name}`, pages[name], "a list of texts");
  }
  for (const origin of pages.origins) {
    if (!isOrigin(origin)) refuse("origins", origin, "an origin without a path, such as https://app.example");
  }
}

function assertLimits(limits: Partial<ControlLimits>): void {
  assertKeys('Cannot serve with "limits"', limits, Object.keys(DEFAULT_LIMITS));
  for (const [name, value] of Object.entries(limits)) {
    const isNumber = typeof value === "number" && value >= 0;
    if (value !== undefined && !isNumber) refuse(`limits.${name}`, value, "a number of at least 0");
  }
}

function refuse(key: string, value: unknown, wanted: string): never {
  const found = value === undefined ? "" : `"${key}" is ${describeValue(value)}, `;
  const message = found === ""
    ? `Cannot serve: wanted for "${key}" ${wanted}`
    : `Cannot serve: ${found}wanted ${wanted}`;
  throw new SluiceError("InvalidConfig", message, { key });
}
