/**
 * Which pages may call a server, and what browsers are told about that. A server has no pages of its own, so a call with
 * an `Origin` comes from a page of another site.
 *
 * @module
 */
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { cors } from "@connectrpc/connect";

/** How long browsers may remember what pages may send, seconds. */
const PREFLIGHT_SECONDS = 600;

/**
 * Tells a browser that the page may read the answer, or refuses the call.
 *
 * @returns whether the response has been sent
 */
export function answerPage(
  { method, headers }: Http2ServerRequest,
  response: Http2ServerResponse,
  origins: readonly string[],
): boolean {
  const { origin } = headers;
  if (origin === undefined) return false;
  response.setHeader("vary", "origin");
  if (!origins.includes(origin)) {
    // The form of an error in Connect.
    const message = `Cannot answer a page of origin ${JSON.stringify(origin.slice(0, 100))}`;
    response.writeHead(403, { "content-type": "application/json" });
    response.end(JSON.stringify({ code: "permission_denied", message }));
    return true;
  }
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", cors.exposedHeaders.join(", "));
  if (method !== "OPTIONS") return false;
  response.writeHead(204, {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": [...cors.allowedHeaders, "authorization"].join(", "),
    "access-control-max-age": `${PREFLIGHT_SECONDS}`,
  });
  response.end();
  return true;
}
