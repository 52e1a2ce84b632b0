/**
 * The client's end of one WebSocket connection (RFC 6455), read message by message: while nobody asks for the next one,
 * nothing is read, and the other side is held back by TCP. Deno's own WebSockets read on, into memory.
 *
 * Nothing that the other side claims is believed: a length is compared with the limit before anything is kept.
 *
 * @module
 */
import type { Socket } from "node:net";
import { SluiceError } from "../../core/errors.ts";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";
import { joined } from "../media/joined.ts";
import { assertNet, NetworkFault, networkFault, shownUrl } from "./network_fault.ts";
import { answersKey, readAnswer, requestText } from "./websocket_handshake.ts";
import { SocketBytes } from "./socket_bytes.ts";

const FINAL = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FIRST_CONTROL = 8;
const MAX_CONTROL = 125;

/** Codes of an end: as it should be; the other side goes away; this side refuses what came. */
const [NORMAL, GOING_AWAY, PROTOCOL_ERROR, TOO_LARGE] = [1000, 1001, 1002, 1009];

/** While so much waits to be sent, pings are not answered: the other side takes nothing. */
const MAX_WAITING = 65_536;
/** How long the other side may take to hear that the connection ends. */
const CLOSE_MS = 500;

/** How a connection is made. */
export interface ClientOptions {
  readonly headers: { readonly [name: string]: string };
  /** How long the other side may take to accept it. */
  readonly timeoutSeconds: number;
  /** After half of it without a byte the other side is asked whether it is there; after all of it, it counts as lost. */
  readonly silenceSeconds: number;
  /** The longest message. */
  readonly maxBytes: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** A connection. */
export class WebSocketClient implements AsyncDisposable {
  readonly #attempt: string;
  readonly #options: ClientOptions;
  readonly #socket: Socket;
  readonly #bytes: SocketBytes;
  readonly #closed: Promise<void>;
  readonly #breakOff = () => this.#socket.destroy();
  #watch: ReturnType<typeof setInterval> | undefined;
  #isClosing = false;

  private constructor(url: URL, options: ClientOptions) {
    this.#attempt = `Cannot receive from ${shownUrl(url)}`;
    this.#options = options;
    this.#socket = open(url);
    this.#bytes = new SocketBytes(this.#socket);
    this.#closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    options.signal.addEventListener("abort", this.#breakOff, { once: true });
  }

  /**
   * Connects.
   *
   * @param url of scheme `ws` or `wss`
   * @throws {NetworkFault} why it failed
   */
  static async connect(url: URL, options: ClientOptions): Promise<WebSocketClient> {
    const attempt = `Cannot connect to ${shownUrl(url)}`;
    let client: WebSocketClient | undefined;
    try {
      client = new WebSocketClient(url, options);
      await client.#shakeHands(url);
      return client;
    } catch (error) {
      if (client !== undefined) client.#end();
      throw networkFault(attempt, error);
    }
  }

  /**
   * The next message.
   *
   * @returns `undefined` once the other side has ended the connection as it should
   * @throws {NetworkFault} for a connection that breaks, and for what is no WebSocket
   */
  async next(): Promise<string | Uint8Array | undefined> {
    try {
      return await this.#message();
    } catch (error) {
      throw networkFault(this.#attempt, error);
    }
  }

  /** Sends a text. */
  send(text: string): void {
    this.#write(OPCODE.text, new TextEncoder().encode(text));
  }

  /** Ends the connection, and breaks it off where the other side does not take that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(NORMAL);
    const timer = setTimeout(this.#breakOff, CLOSE_MS);
    this.#socket.destroySoon();
    await this.#closed;
    clearTimeout(timer);
    this.#end();
  }

  #end(): void {
    clearInterval(this.#watch);
    this.#options.signal.removeEventListener("abort", this.#breakOff);
    this.#socket.destroy();
  }

  async #shakeHands(url: URL): Promise<void> {
    const { headers, timeoutSeconds } = this.#options;
    const late = new NetworkFault(
      `Cannot connect to ${shownUrl(url)}`,
      `nobody has accepted within ${timeoutSeconds} s; look after the other side, or raise "timeoutSeconds"`,
      { code: "Timeout" },
    );
    const timer = setTimeout(() => this.#socket.destroy(late), timeoutSeconds * 1000);
    try {
      const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
      this.#socket.write(requestText(url, key, headers));
      const answer = await readAnswer(this.#bytes);
      answersKey(answer, key, `Cannot connect to ${shownUrl(url)}`);
    } finally {
      clearTimeout(timer);
    }
    this.#watchSilence();
  }

  /** Finds out that the other side is gone, while somebody waits for it. */
  #watchSilence(): void {
    const { silenceSeconds } = this.#options;
    let isAsked = false;
    this.#watch = setInterval(() => {
      if (!this.#bytes.isWaiting || this.#bytes.hasCome()) {
        isAsked = false;
      } else if (isAsked) {
        this.#socket.destroy(
          new NetworkFault(this.#attempt, `nothing has come for ${silenceSeconds} s, not even an answer to a ping`, {
            code: "Timeout",
          }),
        );
      } else {
        isAsked = true;
        this.#write(OPCODE.ping, new Uint8Array());
      }
    }, silenceSeconds * 500);
  }

  async #message(): Promise<string | Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let size = 0;
    let kind = 0;
    for (;;) {
      const { opcode, isFinal, length } = await this.#head();
      if (opcode >= FIRST_CONTROL) {
        const payload = await this.#bytes.take(length);
        if (opcode === OPCODE.close) return this.#ended(payload);
        if (opcode === OPCODE.ping && this.#socket.writableLength < MAX_WAITING) this.#write(OPCODE.pong, payload);
        continue;
      }
      if ((opcode === OPCODE.continuation) !== (kind !== 0)) {
        this.#refuse(PROTOCOL_ERROR, "the pieces of its messages are out of order");
      }
      kind ||= opcode;
      size += length;
      const { maxBytes } = this.#options;
      if (size > maxBytes) {
        this.#refuse(TOO_LARGE, `a message has ${size} bytes or more, at most ${maxBytes} are taken; raise "maxBytes"`);
      }
      if (length > 0) parts.push(await this.#bytes.take(length));
      if (!isFinal) continue;
      const bytes = parts.length === 1 ? parts[0] : joined(parts);
      return kind === OPCODE.binary ? bytes : this.#text(bytes);
    }
  }

  /** The head of the next piece, which is checked. */
  async #head(): Promise<{ readonly opcode: number; readonly isFinal: boolean; readonly length: number }> {
    const [first, second] = await this.#bytes.take(2);
    const [opcode, isFinal] = [first & 0x0f, (first & FINAL) !== 0];
    const isControl = opcode >= FIRST_CONTROL;
    if ((first & RESERVED) !== 0 || (second & MASKED) !== 0 || (opcode > OPCODE.binary && opcode < OPCODE.close)) {
      this.#refuse(PROTOCOL_ERROR, "what it sends is no WebSocket's");
    }
    let length = second & 0x7f;
    if (opcode > OPCODE.pong || (isControl && (!isFinal || length > MAX_CONTROL))) {
      this.#refuse(PROTOCOL_ERROR, "what it sends is no WebSocket's");
    }
    if (length > MAX_CONTROL) {
      const bytes = await this.#bytes.take(length === 126 ? 2 : 8);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      length = length === 126 ? view.getUint16(0) : Number(view.getBigUint64(0));
    }
    return { opcode, isFinal, length };
  }

  #text(bytes: Uint8Array): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return this.#refuse(PROTOCOL_ERROR, "a text is not UTF-8");
    }
  }

  /** @throws {NetworkFault} for any end but one that is as it should be */
  #ended(payload: Uint8Array): undefined {
    const code = payload.length < 2 ? undefined : payload[0] << 8 | payload[1];
    this.#close(code ?? NORMAL);
    if (code === undefined || code === NORMAL || code === GOING_AWAY) return undefined;
    const reason = new TextDecoder().decode(payload.subarray(2));
    throw new NetworkFault(
      this.#attempt,
      `the other side has ended the connection with code ${code}${reason === "" ? "" : `, ${JSON.stringify(reason)}`}`,
    );
  }

  #refuse(code: number, reason: string): never {
    this.#close(code);
    throw new NetworkFault(this.#attempt, reason, { code: "InvalidMessage" });
  }

  #close(code: number): void {
    if (this.#isClosing) return;
    this.#write(OPCODE.close, Uint8Array.of(code >> 8, code & 0xff));
    this.#isClosing = true;
  }

  /** What clients send is masked, so that nothing between takes it for something else. */
  #write(opcode: number, payload: Uint8Array): void {
    if (this.#isClosing || this.#socket.destroyed) return;
    const mask = crypto.getRandomValues(new Uint8Array(4));
    const size = payload.length;
    const head = size <= MAX_CONTROL
      ? [size]
      : size < 65_536
      ? [126, size >> 8, size & 0xff]
      : [127, 0, 0, 0, 0, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
    head[0] |= MASKED;
    const start = 1 + head.length + mask.length;
    const bytes = new Uint8Array(start + size);
    bytes.set([FINAL | opcode, ...head, ...mask]);
    for (let at = 0; at < size; at++) bytes[start + at] = payload[at] ^ mask[at % 4];
    this.#socket.write(bytes);
  }
}

function open(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isSecure = url.protocol === "wss:";
  const port = Number(url.port) || (isSecure ? 443 : 80);
  assertNet(`Cannot connect to ${shownUrl(url)}`, `${url.hostname}:${port}`);
  if (url.username !== "" || url.password !== "") {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot connect to ${
        shownUrl(url)
      }: it has a name or a password in it; put them into "headers", as Authorization`,
      { key: "url" },
    );
  }
  if (!isSecure) return nodeBuiltin("node:net").connect({ host, port });
  const name = nodeBuiltin("node:net").isIP(host) === 0 ? { servername: host } : {};
  return nodeBuiltin("node:tls").connect({ host, port, ...name, ...authorities() });
}

/** By itself, Deno leaves out the authorities that `NODE_EXTRA_CA_CERTS` names. */
function authorities(): { readonly ca?: string[] } {
  const variable = "NODE_EXTRA_CA_CERTS";
  const isReadable = Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  const path = isReadable ? Deno.env.get(variable) : undefined;
  return path === undefined ? {} : { ca: [...nodeBuiltin("node:tls").rootCertificates, Deno.readTextFileSync(path)] };
}
