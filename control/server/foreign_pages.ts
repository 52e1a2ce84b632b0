/**
 * Pages of other origins that may use some paths of a server, by CORS (https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** How long a browser remembers what pages may ask, seconds. */
const PREFLIGHT_SECONDS = 600;

/** Which pages may ask for what. */
export interface ForeignPages {
  /** Their origins, as browsers send them: `https://app.example`. */
  readonly origins: readonly string[];
  /** The first parts of the paths that they may use: `whip` stands for `/whip` and all below it. */
  readonly paths: readonly string[];
}

/** Whether a page of another origin sends a request that it may send. */
export function isFromForeignPage(pages: ForeignPages, { url, headers }: Request): boolean {
  const origin = headers.get("origin");
  const [, first] = (URL.parse(url)?.pathname ?? "").split("/");
  return origin !== null && pages.origins.includes(origin) && pages.paths.includes(first);
}

/**
 * Answers the preflights of pages, and lets them read the answers to their requests: those of WHIP, WHEP and HLS. Whether
 * a page may ask at all is for the server to check.
 */
export function answerForeignPages(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...origins],
    allowMethods: ["POST", "PATCH", "DELETE"],
    allowHeaders: ["authorization", "content-type"],
    exposeHeaders: ["location"],
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** Whether a text is an origin as browsers send it. */
export function isOrigin(text: unknown): boolean {
  return typeof text === "string" && URL.parse(text)?.origin === text;
}
