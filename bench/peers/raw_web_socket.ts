/**
 * A WebSocket client over a bare connection that sends each message at once. Deno's own holds the end of a message of
 * more than 1 KiB back for up to 40 ms (Nagle's algorithm), beside which no server could be told from another.
 *
 * @module
 */

const TEXT = 1;
const BINARY = 2;

/** Bytes before a payload of 64 KiB or more, with a mask. */
const MOST_HEAD = 14;

export class RawWebSocket implements Disposable {
  readonly #connection: Deno.TcpConn;
  #bytes = new Uint8Array(65_536);
  /** What was read and not yet taken. */
  #from = 0;
  #to = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** @param url as `http:` */
  static async open(url: string): Promise<RawWebSocket> {
    const { hostname, port, host, pathname } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const socket = new RawWebSocket(connection);
    const head = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    await socket.#write(new TextEncoder().encode(head));
    for (let answer = ""; !answer.endsWith("\r\n\r\n");) {
      await socket.#need(1);
      answer += String.fromCharCode(socket.#bytes[socket.#from++]);
      if (answer.length === 12 && answer !== "HTTP/1.1 101") throw new Error(`the server answers ${answer}`);
    }
    return socket;
  }

  /** Sends a message. */
  send(message: string | Uint8Array): Promise<void> {
    const isText = typeof message === "string";
    const payload = isText ? new TextEncoder().encode(message) : message;
    const { length } = payload;
    const frame = new Uint8Array(MOST_HEAD + length);
    const view = new DataView(frame.buffer);
    view.setUint8(0, 0x80 | (isText ? TEXT : BINARY));
    const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    view.setUint8(1, 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127));
    if (lengthBytes === 2) view.setUint16(2, length);
    if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
    // The mask is 0, by which the payload stays as it is.
    frame.set(payload, 6 + lengthBytes);
    return this.#write(frame.subarray(0, 6 + lengthBytes + length));
  }

  /** The next message. @throws once the server has closed */
  async receive(): Promise<string | Uint8Array> {
    for (;;) {
      await this.#need(2);
      const opcode = this.#bytes[this.#from] & 0x0f;
      let length = this.#bytes[this.#from + 1];
      this.#from += 2;
      const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
      if (lengthBytes > 0) {
        await this.#need(lengthBytes);
        const view = new DataView(this.#bytes.buffer, this.#from);
        length = lengthBytes === 2 ? view.getUint16(0) : Number(view.getBigUint64(0));
        this.#from += lengthBytes;
      }
      await this.#need(length);
      const payload = this.#bytes.slice(this.#from, this.#from + length);
      this.#from += length;
      if (opcode === TEXT) return new TextDecoder().decode(payload);
      if (opcode === BINARY) return payload;
      if (opcode === 8) throw new Error("the server has closed the connection");
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Reads until there are so many bytes. */
  async #need(bytes: number): Promise<void> {
    while (this.#to - this.#from < bytes) {
      if (this.#from + bytes > this.#bytes.length) {
        const grown = bytes > this.#bytes.length ? new Uint8Array(2 * bytes) : this.#bytes;
        grown.set(this.#bytes.subarray(this.#from, this.#to));
        this.#bytes = grown;
        this.#to -= this.#from;
        this.#from = 0;
      }
      const read = await this.#connection.read(this.#bytes.subarray(this.#to));
      if (read === null) throw new Error("the connection broke off");
      this.#to += read;
    }
  }
}
