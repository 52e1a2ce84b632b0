/**
 * The server's end of one WebSocket connection (RFC 6455), on the socket of an upgraded HTTP request.
 *
 * Deno's own WebSockets cannot be broken off: one with something left to send to a client that takes nothing keeps the
 * process from its end. What a client sends is looked at for pings and its end, and passed over otherwise.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";

/** What the key of a request is joined to (RFC 6455, 1.3). */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The last piece of a message, beside its opcode. */
const FINAL = 0x80;
const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** Payloads of clients are masked. */
const MASKED = 0x80;
/** Opcodes from here on are of control frames, which have at most so many bytes. */
const FIRST_CONTROL = 8;
const MAX_CONTROL = 125;

/** Why a connection ends: the server goes away; the client breaks the protocol. */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;

/** How long a client may take to hear that its connection ends, milliseconds. */
const CLOSE_MS = 800;

/** A message as it goes over the wire: its head and its payload. */
export type WireMessage = readonly [head: Uint8Array, payload: Uint8Array];

/** Lays a message out for the wire: a text, or bytes. */
export function wireMessage(message: string | Uint8Array): WireMessage {
  const isText = typeof message === "string";
  const payload = isText ? new TextEncoder().encode(message) : message;
  return [headOf(isText ? OPCODE.text : OPCODE.binary, payload.length), payload];
}

/** A client. */
export class WebSocketPeer {
  readonly #socket: Duplex;
  /** Bytes that have come and are no whole frame yet. */
  #rest: Uint8Array = new Uint8Array();
  /** Bytes of a message of the client that are still to come, and are passed over. */
  #passOver = 0;
  #isClosing = false;
  #breakOff: ReturnType<typeof setTimeout> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  /**
   * Accepts a request.
   *
   * @param head what came behind the request
   * @param onEnd is called once the connection has ended, however it did
   */
  constructor(request: IncomingMessage, socket: Duplex, head: Uint8Array, onEnd: (peer: WebSocketPeer) => void) {
    this.#socket = socket;
    const hash = nodeBuiltin("node:crypto").createHash("sha1");
    const accept = hash.update(`${request.headers["sec-websocket-key"]}${KEY_SUFFIX}`).digest("base64");
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      clearTimeout(this.#breakOff);
      this.#ended.resolve();
      onEnd(this);
    });
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    if (head.length > 0) this.#take(head);
  }

  /** Bytes that the system has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Sends a message, behind all that waits. */
  send([head, payload]: WireMessage): void {
    if (this.#isClosing) return;
    this.#socket.cork();
    this.#socket.write(head);
    this.#socket.write(payload);
    this.#socket.uncork();
  }

  /** Tells the client that the server goes away. @returns settles once the connection has ended, after a second at most */
  goAway(): Promise<void> {
    this.#end(codeBytes(GOING_AWAY));
    return this.#ended.promise;
  }

  /** Sends nothing more but the end. Breaks the connection off if the client has not taken that after a second. */
  #end(payload: Uint8Array): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#breakOff = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#socket.end(control(OPCODE.close, payload));
  }

  #take(bytes: Uint8Array): void {
    const passed = Math.min(this.#passOver, bytes.length);
    this.#passOver -= passed;
    this.#rest = joined(this.#rest, bytes.subarray(passed));
    while (this.#passOver === 0 && this.#takeFrame());
  }

  /** @returns whether a frame, or the head of one that is passed over, was there */
  #takeFrame(): boolean {
    const frame = this.#rest;
    if (frame.length < 2) return false;
    const opcode = frame[0] & 0x0f;
    const [headLength, length] = lengthsOf(frame);
    if ((frame[1] & MASKED) === 0 || (opcode >= FIRST_CONTROL && (frame[1] & ~MASKED) > MAX_CONTROL)) {
      this.#end(codeBytes(PROTOCOL_ERROR));
      this.#passOver = Infinity;
      return false;
    }
    if (frame.length < headLength) return false;
    if (opcode >= FIRST_CONTROL && frame.length < headLength + length) return false;
    const payload = frame.subarray(headLength, headLength + length);
    this.#passOver = length - payload.length;
    this.#rest = frame.slice(headLength + payload.length);
    if (opcode >= FIRST_CONTROL) this.#obey(opcode, payload.map((byte, k) => byte ^ frame[headLength - 4 + k % 4]));
    return true;
  }

  #obey(opcode: number, payload: Uint8Array): void {
    if (opcode === OPCODE.ping && !this.#isClosing) this.#socket.write(control(OPCODE.pong, payload));
    // The answer has the client's own code.
    if (opcode === OPCODE.close) this.#end(payload.subarray(0, 2));
  }
}

function codeBytes(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 0xff);
}

/** Length of a client's frame before its payload, the mask included, and that of the payload. */
function lengthsOf(frame: Uint8Array): [head: number, payload: number] {
  const short = frame[1] & 0x7f;
  if (short < 126) return [6, short];
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (short === 126) return [8, frame.length < 4 ? 0 : view.getUint16(2)];
  return [14, frame.length < 10 ? 0 : Number(view.getBigUint64(2))];
}

function headOf(opcode: number, length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(FINAL | opcode, length);
  const head = new Uint8Array(length < 65_536 ? 4 : 10);
  const view = new DataView(head.buffer);
  head[0] = FINAL | opcode;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) view.setUint16(2, length);
  else view.setBigUint64(2, BigInt(length));
  return head;
}

function control(opcode: number, payload: Uint8Array): Uint8Array {
  return joined(headOf(opcode, payload.length), payload);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
