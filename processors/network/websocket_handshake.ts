/**
 * How a WebSocket begins: the request of the client, and what the server answers (RFC 6455, 4).
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";
import { NetworkFault } from "./network_fault.ts";
import type { SocketBytes } from "./socket_bytes.ts";
import { statusFault } from "./http_status.ts";

/** What the key of a request is joined to (RFC 6455, 1.3). */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const MAX_LINE_BYTES = 8192;
const MAX_LINES = 128;

/** What a server answers, before anything else. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * The request for a connection.
 *
 * @throws {SluiceError} `InvalidConfig` for headers that are none
 */
export function requestText(url: URL, key: string, headers: { readonly [name: string]: string }): string {
  checkHeaders(headers);
  const lines = Object.entries({
    Host: url.host,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** @throws {SluiceError} `InvalidConfig` for headers that are none */
export function checkHeaders(headers: { readonly [name: string]: string }): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new SluiceError(
      "InvalidConfig",
      `Cannot send the header ${
        JSON.stringify(name)
      }: wanted a name of letters, digits and hyphens, and a value on one ` +
        "line of Latin letters",
      { key: `headers.${name}` },
    );
  }
}

/** Reads the answer. @throws {Error} for what is none */
export async function readAnswer(bytes: SocketBytes): Promise<Answer> {
  const [version, code] = (await bytes.line(MAX_LINE_BYTES)).split(" ");
  const status = Number(code);
  if (!/^HTTP\/1\.[01]$/.test(version) || !(status >= 100 && status <= 599)) throw new Error("it does not speak HTTP");
  const headers = new Map<string, string>();
  for (let count = 0;; count++) {
    const line = await bytes.line(MAX_LINE_BYTES);
    if (line === "") return { status, headers };
    if (count === MAX_LINES) throw new Error(`its answer has more than ${MAX_LINES} headers`);
    const colon = line.indexOf(":");
    headers.set(line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Checks that an answer accepts the request with the key. @throws {NetworkFault} if it does not */
export function answersKey({ status, headers }: Answer, key: string, attempt: string): void {
  if (status !== 101) {
    throw statusFault(attempt, status, headers.get("location"));
  }
  const accept = nodeBuiltin("node:crypto").createHash("sha1").update(`${key}${KEY_SUFFIX}`).digest("base64");
  if (headers.get("sec-websocket-accept") === accept && /websocket/i.test(headers.get("upgrade") ?? "")) return;
  throw new NetworkFault(attempt, "it does not speak WebSocket", { code: "InvalidMessage" });
}
