/**
 * The options of a server of pipelines over any transport, and their checks: a misspelt option would open it to others,
 * or change nothing unsaid.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isUsableToken, MIN_TOKEN } from "../control/server/server_options.ts";
import { SluiceError } from "../core/errors.ts";
import { describeValue } from "../core/errors/describe_value.ts";
import { assertChoice, assertKeys, MAX_TIMEOUT_MS } from "../core/errors/option_check.ts";

const ATTEMPT = "Cannot serve pipelines";

const MAX_PORT = 65_535;

/** The certificate of a server. Both are PEM texts. */
export interface ServeTls {
  /** The server's certificate, with those that lead to its root. */
  readonly cert: string;
  /** The key of the certificate. */
  readonly key: string;
}

/** Options that all servers have. */
export interface ServeOptions {
  /** 0 for any free port. */
  readonly port?: number;
  /** Address to bind to; by default `127.0.0.1`. */
  readonly hostname?: string;
  /**
   * The check of requests: `token` compares them with `token`, and `router` asks the router's `authenticate`.
   * On an address other than loopback the router must have one, and requests without a token are refused before. By
   * default `token`.
   */
  readonly access?: "token" | "router";
  /**
   * The token that every request must carry as `Authorization: Bearer`: 16 or more letters, digits, `_`, `-` and `.`. By
   * default none on loopback, and a new random one elsewhere.
   */
  readonly token?: string;
  /** Serves over TLS. By default over plaintext. */
  readonly tls?: ServeTls;
  /** The origins whose pages may call the server, as browsers send them: `https://app.example`. By default its own. */
  readonly origins?: readonly string[];
}

/** Options beside the common ones, by name. */
type Others = { readonly [key: string]: unknown };

/**
 * Refuses options that are none.
 *
 * @param others names of the options that this server has beside the common ones; it checks them itself
 * @param limits the limits that it has, all of them
 * @throws {SluiceError} `InvalidConfig`, with the option and what was wanted; a token is not shown
 */
export function assertServeOptions(
  options: ServeOptions & { readonly limits?: object },
  others: readonly string[],
  limits: object,
): void {
  assertKeys(ATTEMPT, options, ["port", "hostname", "access", "token", "tls", "origins", "limits", ...others]);
  const { port, hostname, access, token } = options;
  const isPort = Number.isInteger(port) && port! >= 0 && port! <= MAX_PORT;
  if (port !== undefined && !isPort) refuseOption("port", port, `a whole number from 0 to ${MAX_PORT}`);
  if (hostname !== undefined && (typeof hostname !== "string" || hostname === "")) {
    refuseOption("hostname", hostname, "an address of this machine, such as 0.0.0.0");
  }
  assertChoice(ATTEMPT, "access", access, ["token", "router"]);
  if (token !== undefined && !isUsableToken(token)) {
    fail("token", `wanted for "token" ${MIN_TOKEN} or more letters, digits, "_", "-" and "."`);
  }
  if (access === "router" && token !== undefined) {
    fail("token", '"access" is "router", which leaves tokens to the router: leave "token" out');
  }
  assertTexts("origins", options.origins);
  for (const origin of options.origins ?? []) {
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin) refuseOption("origins", origin, "an origin without a path, such as https://app.example");
  }
  if (options.limits !== undefined) assertLimits(options.limits, limits);
}

/** Refuses an option that is no list of texts. @throws {SluiceError} `InvalidConfig` */
export function assertTexts(key: string, value: unknown): void {
  const areTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
  if (value !== undefined && !areTexts) refuseOption(key, value, "a list of texts");
}

function assertLimits(given: object, limits: object): void {
  assertKeys(`${ATTEMPT} with "limits"`, given, Object.keys(limits));
  for (const [name, value] of Object.entries(given as Others)) {
    const most = /(Ms|Seconds)$/.test(name) ? MAX_TIMEOUT_MS : Number.MAX_SAFE_INTEGER;
    const isNumber = Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most;
    if (value !== undefined && !isNumber) refuseOption(`limits.${name}`, value, `a whole number from 1 to ${most}`);
  }
}

/**
 * Refuses a certificate that is none, and one that does not belong to its key.
 *
 * @param cas names of options that have the certificates of others
 * @throws {SluiceError} `InvalidConfig`; a key is not shown
 */
export function assertTls(tls: ServeTls, cas: readonly string[] = []): void {
  assertKeys(`${ATTEMPT} with "tls"`, tls, ["cert", "key", ...cas]);
  const texts = tls as ServeTls & { readonly [name: string]: unknown };
  const read = <T>(name: string, what: string, make: (text: string) => T): T => {
    const text = texts[name];
    if (typeof text !== "string") return refuseOption(`tls.${name}`, text, `${what} as the text of a PEM file`);
    try {
      return make(text);
    } catch (error) {
      return fail(`tls.${name}`, `wanted for "tls.${name}" ${what} as the text of a PEM file`, error);
    }
  };
  const cert = read("cert", "a certificate", (text) => new X509Certificate(text));
  const key = read("key", "a private key", (text) => createPrivateKey(text));
  if (!cert.checkPrivateKey(key)) fail("tls.key", 'the key of "tls" is not that of its certificate');
  for (const name of cas) {
    if (texts[name] !== undefined) {
      read(name, "a certificate", (text) => new X509Certificate(text));
    }
  }
}

/** Refuses to serve what others reach where nobody checks who calls. @throws {SluiceError} `InvalidConfig` */
export function refuseAccess(hostname: string): never {
  const what = `"access" is "router", whose router lets everybody in, and "${hostname}" is an address that others ` +
    'reach; give the router "authenticate", or leave "access" out';
  fail("access", what);
}

/** @throws {SluiceError} `InvalidConfig` */
export function refuseOption(key: string, value: unknown, wanted: string): never {
  fail(key, `"${key}" is ${describeValue(value)}, wanted ${wanted}`);
}

function fail(key: string, what: string, cause?: unknown): never {
  throw new SluiceError("InvalidConfig", `${ATTEMPT}: ${what}`, { key, cause });
}
