/**
 * What the clients of all transports do alike. Web APIs alone, so that browsers load it too.
 *
 * @module
 */
import { SluiceError } from "../core/errors.ts";
import { describeValue } from "../core/errors/describe_value.ts";

/** How long a session may take to start by default, milliseconds. */
export const OPEN_MS = 10_000;

/** How long a server may show no sign of life by default, milliseconds. */
export const SILENCE_MS = 30_000;

const ATTEMPT = "Cannot make a client";

/**
 * Reads the address of a server. That of a scheme of its own, such as `ws:`, becomes one of `http:` or `https:`.
 *
 * @param scheme what may stand for `http`
 * @throws {SluiceError} `InvalidConfig` for a text that is none
 */
export function readServerUrl(url: string | URL, scheme: "ws" | "grpc", example: string): URL {
  const text = `${url}`;
  const [, own, secure, rest] = new RegExp(`^(http|${scheme})(s?)(://.*)$`, "i").exec(text) ?? [];
  if (own !== undefined && URL.canParse(`http${secure}${rest}`)) return new URL(`http${secure}${rest}`);
  const message = `${ATTEMPT}: its URL is ${describeValue(text)}, wanted one such as ${example}`;
  throw new SluiceError("InvalidConfig", message, { key: "url" });
}

/** Refuses options that are no whole numbers from 1. @throws {SluiceError} `InvalidConfig` */
export function assertCounts(options: { readonly [key: string]: unknown }): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) > 0)) continue;
    const message = `${ATTEMPT}: "${key}" is ${describeValue(value)}, wanted a whole number from 1`;
    throw new SluiceError("InvalidConfig", message, { key });
  }
}

/** The error of a call whose signal has aborted. */
export function abandoned(reason: unknown): SluiceError {
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  const why = isLate ? "its time is over" : "its signal has aborted";
  return new SluiceError(isLate ? "Timeout" : "Busy", `Cannot go on with the call: ${why}`, { cause: reason });
}

/** The error of a session that a server does not start in time. */
export function silentServer(origin: string, openMs: number): SluiceError {
  const message =
    `Cannot start a session: ${origin} has not answered for ${openMs} ms; look whether it is a server of ` +
    "pipelines";
  return new SluiceError("Timeout", message);
}
