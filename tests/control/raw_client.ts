/** A WebSocket to `/rpc` by hand, which reads only when it is told to. */
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";

/** Codes of frames. */
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10];

const MASK = Uint8Array.of(1, 2, 3, 4);

/** A message that came. */
export interface RawMessage {
  readonly text: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A whole request for an upgrade of `/rpc`. */
export function upgradeRequest(host: string, headers: { readonly [name: string]: string } = {}): string {
  const lines = [
    "GET /rpc HTTP/1.1",
    `host: ${host}`,
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version: 13",
    `sec-websocket-protocol: ${RPC_PROTOCOL}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  #received = new Uint8Array(0);
  #closeCode: number | undefined;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects and upgrades. */
  static async open(url: string, headers?: { readonly [name: string]: string }): Promise<RawClient> {
    const { hostname, port, host } = new URL(url);
    const client = new RawClient(await Deno.connect({ hostname, port: Number(port) }));
    await client.#write(new TextEncoder().encode(upgradeRequest(host, headers)));
    const end = "\r\n\r\n";
    while (!new TextDecoder("latin1").decode(client.#received).includes(end)) await client.#fill();
    const head = new TextDecoder("latin1").decode(client.#received);
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(head);
    client.#received = client.#received.slice(head.indexOf(end) + end.length);
    return client;
  }

  /** The code that the server has closed with, once it is read. */
  get closeCode(): number | undefined {
    return this.#closeCode;
  }

  /** Sends a text. */
  async send(text: string): Promise<void> {
    await this.#sendFrame(TEXT, new TextEncoder().encode(text));
  }

  /** Reads one message, and answers pings; `undefined` once the server has closed. */
  async read(): Promise<RawMessage | undefined> {
    for (;;) {
      const frame = this.#takeFrame();
      if (frame === undefined) {
        if (!await this.#fill()) return undefined;
      } else if (frame.code === CLOSE) {
        this.#closeCode = new DataView(frame.bytes.buffer).getUint16(0);
        await this.#sendFrame(CLOSE, frame.bytes.slice(0, 2)).catch(() => {});
        return undefined;
      } else if (frame.code === PING) await this.#sendFrame(PONG, frame.bytes).catch(() => {});
      else if (frame.code === TEXT || frame.code === BINARY) return { text: frame.code === TEXT, bytes: frame.bytes };
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #sendFrame(code: number, payload: Uint8Array): Promise<void> {
    const head = payload.length < 126
      ? [0x80 | code, 0x80 | payload.length]
      : [0x80 | code, 0x80 | 126, payload.length >> 8, payload.length & 255];
    await this.#write(Uint8Array.of(...head, ...MASK, ...payload.map((byte, k) => byte ^ MASK[k & 3])));
  }

  #takeFrame(): { code: number; bytes: Uint8Array<ArrayBuffer> } | undefined {
    const bytes = this.#received;
    if (bytes.length < 2) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const short = bytes[1] & 127;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < head) return undefined;
    const length = short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short;
    if (bytes.length < head + length) return undefined;
    this.#received = bytes.subarray(head + length);
    return { code: bytes[0] & 15, bytes: bytes.slice(head, head + length) };
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(256 * 1024);
    const count = await this.#connection.read(chunk).catch(() => null);
    if (count === null) return false;
    const all = new Uint8Array(this.#received.length + count);
    all.set(this.#received);
    all.set(chunk.subarray(0, count), this.#received.length);
    this.#received = all;
    return true;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }
}
