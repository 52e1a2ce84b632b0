/**
 * What a status of HTTP says to whoever asked.
 *
 * @module
 */
import { NetworkFault } from "./network_fault.ts";

const SAID: { readonly [status: number]: string } = {
  400: "it does not understand the request; look at url and headers",
  401: 'it does not know who asks; give a token in "headers", such as "Authorization": "Bearer ${env:TOKEN}"',
  403: 'it does not allow it to whoever asks; look at "headers", and at the rights there',
  404: "there is nothing at that path; correct the URL",
  407: "a proxy between wants to know who asks",
  408: "it has waited too long for the request",
  410: "there is nothing at that path any more; correct the URL",
  426: "it wants another protocol",
  429: "it is asked too often; ask less often",
  500: "it has failed; look at its log",
  502: "what stands before the server does not reach it",
  503: "it has too much to do, or is not ready",
  504: "what stands before the server waits for it in vain",
};

/** Answers of 4xx that may be others a little later. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** The fault of an answer whose status is not as it should be. */
export function statusFault(attempt: string, status: number, location?: string | null): NetworkFault {
  const isMoved = status >= 300 && status < 400;
  const said = isMoved
    ? `it sends on to ${location == null ? "another address" : JSON.stringify(location.split("?")[0])}; write that one`
    : SAID[status] ?? (status >= 500 ? "it has failed" : "it does not give what was asked for");
  const isLasting = status < 500 && !PASSING.has(status);
  const code = status === 401 || status === 403 ? "AccessDenied" : "Busy";
  return new NetworkFault(attempt, `the answer has status ${status}: ${said}`, { code, isLasting });
}
