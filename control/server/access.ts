/**
 * Decides who may talk to the server. A request must name the server by one of its own names, come from its own page,
 * and carry its token if one is required. A page of another site can neither call it (`Origin`), nor load anything from
 * it (`Sec-Fetch-Site`), nor reach it through a name of its own that resolves to this machine (`Host`).
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { TOKEN_PROTOCOL_PREFIX } from "../schemas/address.ts";

/** Names of this machine for itself. */
const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** How many logins are remembered; a new one replaces the oldest. */
const MAX_LOGINS = 64;

/** How long a browser keeps a login, seconds. */
const LOGIN_SECONDS = 86_400;

/** The prefix of the cookie's name, followed by the port: browsers send a host's cookies to all of its ports. */
const COOKIE_PREFIX = "sluice_login_";

/** The port if `Host` has none. */
const HTTP_PORT = "80";

/** Options of {@linkcode Access}. */
export interface AccessOptions {
  /** The address that the server is bound to. */
  readonly hostname: string;
  /** The token that every request must carry, if given. */
  readonly token?: string;
  /** Further names that requests may use for the server. */
  readonly allowedHosts: readonly string[];
  /** Origins of other pages that may call the server; by default none. */
  readonly allowedOrigins?: readonly string[];
}

/** Why a request was refused. */
export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly message: string;
}

export class Access {
  readonly #options: AccessOptions;
  readonly #names: ReadonlySet<string>;
  readonly #logins = new Set<string>();

  constructor(options: AccessOptions) {
    this.#options = options;
    const own = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
    this.#names = new Set([...LOOPBACK, own.toLowerCase(), ...options.allowedHosts.map((name) => name.toLowerCase())]);
  }

  /** Whether requests have to carry a token. */
  get wantsToken(): boolean {
    return this.#options.token !== undefined;
  }

  /**
   * Checks `Host`, `Origin` and `Sec-Fetch-Site`. Browsers send the last with every request, even those without
   * `Origin`, such as a page's images and scripts; other programs do not send it.
   *
   * @param isAllowedPage whether a page of any origin may send the request; by default one of `allowedOrigins` may
   */
  checkSource(request: Request, isAllowedPage?: boolean): Refusal | undefined {
    // A request over HTTP/2 has it in its address. One whose `Host` is none has no address.
    const { host: named = "", protocol = "" } = URL.parse(request.url) ?? {};
    const host = request.headers.get("host") ?? (protocol === "https:" ? named : "");
    if (protocol === "" || !this.#isOwnName(host)) {
      return {
        status: 421,
        message: `Cannot answer for host ${
          JSON.stringify(host.slice(0, 100))
        }: it is not one of this server's names; whoever serves can allow it`,
      };
    }
    const origin = request.headers.get("origin");
    if (isAllowedPage ?? (origin !== null && this.#options.allowedOrigins?.includes(origin))) return undefined;
    if (origin !== null && origin !== `${protocol}//${host}`) {
      return { status: 403, message: `Cannot answer a page of origin ${JSON.stringify(origin.slice(0, 100))}` };
    }
    const site = request.headers.get("sec-fetch-site") ?? "none";
    if (site !== "none" && site !== "same-origin" && !isLinkToPage(request)) {
      return { status: 403, message: "Cannot answer a page of another site" };
    }
    return undefined;
  }

  /** Checks the token: `Authorization: Bearer`, a subprotocol, or the cookie of a login. */
  checkToken(request: Request): Refusal | undefined {
    if (this.#options.token === undefined) return undefined;
    const token = tokenOf(request);
    if (token !== undefined && this.isToken(token)) return undefined;
    if (this.loginOf(request) !== "") return undefined;
    return { status: 401, message: "Cannot answer: a token is wanted; it was printed when the server started" };
  }

  /** Compares a text with the token in constant time. */
  isToken(text: string): boolean {
    const { token } = this.#options;
    return token !== undefined && isSameToken(text, token);
  }

  /** Remembers a login. @returns the value of `Set-Cookie` */
  logIn(request: Request): string {
    const id = randomToken();
    this.#logins.add(id);
    if (this.#logins.size > MAX_LOGINS) this.#logins.delete(this.#logins.values().next().value!);
    return setCookie(request, id, LOGIN_SECONDS);
  }

  /** The login of a browser, or `""` if it has none that is remembered. */
  loginOf(request: Request): string {
    const id = readCookie(request);
    return this.#logins.has(id) ? id : "";
  }

  /** Forgets the login of a browser. @returns the value of `Set-Cookie` */
  logOut(request: Request): string {
    this.#logins.delete(readCookie(request));
    return setCookie(request, "", 0);
  }

  #isOwnName(host: string): boolean {
    const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
    if (this.#names.has(name)) return true;
    // A server on every address accepts literal addresses: nobody can make one resolve to this machine.
    const everywhere = this.#options.hostname === "0.0.0.0" || this.#options.hostname === "::";
    return everywhere && (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name));
  }
}

/** Whether only this machine can reach a bind address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** A random token of 256 bits, safe in headers and subprotocols. */
export function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** Compares a text with a token in constant time. */
export function isSameToken(text: string, token: string): boolean {
  const given = new TextEncoder().encode(text);
  const wanted = new TextEncoder().encode(token);
  const padded = new Uint8Array(wanted.length);
  padded.set(given.subarray(0, wanted.length));
  return timingSafeEqual(padded, wanted) && given.length === wanted.length;
}

/** The token behind `Authorization: Bearer`. */
export function bearerOf(headers: Headers): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** The token that a request carries: behind `Authorization: Bearer`, or else in a subprotocol. */
export function tokenOf(request: Request): string | undefined {
  const protocol = protocolsOf(request).find((each) => each.startsWith(TOKEN_PROTOCOL_PREFIX));
  return bearerOf(request.headers) ?? protocol?.slice(TOKEN_PROTOCOL_PREFIX.length);
}

/** Whether a request for an upgrade offers a subprotocol. */
export function offersProtocol(request: Request, protocol: string): boolean {
  return protocolsOf(request).includes(protocol);
}

/** Whether a request for an upgrade has every header that the handshake needs. */
export function isWholeUpgrade({ headers }: Request): boolean {
  const connection = (headers.get("connection") ?? "").toLowerCase().split(",").map((each) => each.trim());
  return connection.includes("upgrade") && headers.get("sec-websocket-version") === "13" &&
    /^[A-Za-z0-9+/]{22}==$/.test(headers.get("sec-websocket-key") ?? "");
}

function protocolsOf(request: Request): string[] {
  return (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
}

function readCookie(request: Request): string {
  const cookies = (request.headers.get("cookie") ?? "").split(";").map((each) => each.trim());
  const start = `${cookieName(request)}=`;
  return cookies.find((each) => each.startsWith(start))?.slice(start.length) ?? "";
}

/** The value of `Set-Cookie` for the login of a browser. */
function setCookie(request: Request, id: string, seconds: number): string {
  return `${cookieName(request)}=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}`;
}

/** Whether a person follows a link from another site to the page. A browser's prefetch does not count. */
function isLinkToPage({ method, url, headers }: Request): boolean {
  return method === "GET" && new URL(url).pathname === "/" && headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document" && !headers.has("sec-purpose");
}

/** Uses the port that the browser sees, which behind a tunnel is the tunnel's. */
function cookieName(request: Request): string {
  return COOKIE_PREFIX + (/:(\d{1,5})$/.exec(request.headers.get("host") ?? "")?.[1] ?? HTTP_PORT);
}
