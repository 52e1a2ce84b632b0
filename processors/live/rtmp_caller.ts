/**
 * One connection to an `rtmp-source`. It is answered as a server of RTMP does (Adobe's specification 1.0, section 7) until it
 * publishes with the app and the key that are wanted; until then nothing of it goes any further, and it is read up to a bound.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { NetworkFault, networkFault } from "../network/network_fault.ts";
import { type AmfRead, type AmfWritten, decodeAmf, encodeAmf } from "./amf.ts";
import type { FfmpegInput } from "./ffmpeg_program.ts";
import { FlvTags } from "./flv_tags.ts";
import { SILENCE_MS } from "./pauses.ts";
import { bytesOf, chunked, MESSAGE, RtmpChunks, type RtmpMessage } from "./rtmp_chunks.ts";

/** What a publisher has to know. */
export interface Entry {
  /** How messages start. */
  readonly attempt: string;
  readonly app: string;
  readonly key: string;
}

/** The version, and how long the other parts of a handshake are. */
const [VERSION, HANDSHAKE_BYTES] = [3, 1536];
/** How much is read of a caller that does not publish. */
const MOST_BYTES = 65536;
const READ_BYTES = 65536;
/** How many bytes a publisher may send before it is told that they came. */
const WINDOW_BYTES = 2_500_000;
/** The stream that publishers are given. */
const STREAM_ID = 1;
/** Messages that carry a stream. */
const MEDIA: ReadonlySet<number> = new Set([
  ...[MESSAGE.audio, MESSAGE.video, MESSAGE.data, MESSAGE.data3, MESSAGE.aggregate],
]);
/** The highest type of a message that is about the connection. */
const LAST_CONTROL = MESSAGE.bandwidth;
/** Commands that end a stream. */
const ENDS: ReadonlySet<AmfRead> = new Set(["FCUnpublish", "closeStream", "deleteStream"]);

const [SILENT, LATE, LEFT, GARBAGE, UNASKED, OTHER] = [
  `a caller has said nothing that is RTMP for ${SILENCE_MS / 1000} s, and was sent away; let only publishers call`,
  `a caller that did not publish within ${SILENCE_MS / 1000} s was sent away; let only publishers call`,
  "a caller has left before it published; let only publishers call",
  "a caller that does not speak RTMP was sent away; let only publishers call",
  "a caller that sent a stream without naming the key was sent away; let only publishers call that know it",
  'a publisher with another app or key was refused; let it publish to "rtmp://HOST:PORT/APP/KEY", as the node is set',
];

/** A caller. */
export class RtmpCaller implements FfmpegInput, Disposable {
  readonly #connection: Deno.Conn;
  readonly #entry: Entry;
  readonly #chunks: RtmpChunks;
  readonly #closed: () => void;
  #isClosed = false;
  #isGreeted = false;
  #isPublisher = false;
  #hasApp = false;
  #readBytes = 0;
  #toldBytes = 0;

  /** @param closed is called when this side closes the connection */
  constructor(connection: Deno.Conn, entry: Entry, closed: (caller: RtmpCaller) => void) {
    this.#connection = connection;
    this.#entry = entry;
    this.#closed = () => closed(this);
    this.#chunks = new RtmpChunks(entry.attempt, (type, length) => this.#check(type, length));
  }

  /**
   * Answers until the caller publishes as is wanted.
   *
   * @throws {NetworkFault} which refuses it; the connection is then closed
   */
  async publishes(): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => (isLate = true, this.close()), SILENCE_MS);
    try {
      await this.#greet();
      while (!this.#isPublisher) {
        const message = this.#chunks.next();
        if (message !== undefined) await this.#answer(message);
        else if (!await this.#read()) throw this.#fault(LEFT);
      }
    } catch (error) {
      this.close();
      if (isLate) throw this.#fault(this.#isGreeted ? LATE : SILENT);
      // A connection that breaks is one that leaves.
      throw error instanceof NetworkFault ? error : this.#fault(LEFT);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is published, as FLV. @throws {NetworkFault} if the connection breaks */
  async *bytes(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const tags = new FlvTags();
    try {
      for (;;) {
        const message = this.#chunks.next();
        if (message === undefined) {
          if (!await this.#read()) return;
          await this.#acknowledge();
        } else if (ENDS.has(commandOf(message)[0])) return;
        else yield* tags.take(message);
      }
    } catch (error) {
      throw networkFault(this.#entry.attempt, error);
    }
  }

  /** Ends the connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
    this.#closed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #greet(): Promise<void> {
    const said = new Uint8Array(1 + 2 * HANDSHAKE_BYTES);
    await this.#fill(said.subarray(0, 1));
    if (said[0] !== VERSION) throw this.#fault(GARBAGE);
    await this.#fill(said.subarray(1, 1 + HANDSHAKE_BYTES));
    const own = crypto.getRandomValues(new Uint8Array(HANDSHAKE_BYTES)).fill(0, 0, 8);
    await this.#write(Uint8Array.of(VERSION, ...own, ...said.subarray(1, 1 + HANDSHAKE_BYTES)));
    await this.#fill(said.subarray(1 + HANDSHAKE_BYTES));
    this.#isGreeted = true;
  }

  async #fill(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = await this.#connection.read(bytes.subarray(at));
      if (count === null) throw this.#fault(LEFT);
      at += count;
    }
  }

  /** Reads what has come. @returns whether more may come */
  async #read(): Promise<boolean> {
    const bytes = new Uint8Array(READ_BYTES);
    const count = await this.#connection.read(bytes);
    if (count === null) return false;
    this.#readBytes += count;
    if (!this.#isPublisher && this.#readBytes > MOST_BYTES) throw this.#fault(GARBAGE);
    this.#chunks.push(bytes.subarray(0, count));
    return true;
  }

  async #acknowledge(): Promise<void> {
    if (this.#readBytes - this.#toldBytes < WINDOW_BYTES / 2) return;
    this.#toldBytes = this.#readBytes;
    await this.#write(chunked(MESSAGE.acknowledgement, Uint8Array.from(bytesOf(this.#readBytes % 2 ** 32, 4))));
  }

  /** Refuses what none may send who has not published. */
  #check(type: number, length: number): void {
    if (this.#isPublisher) return;
    if (MEDIA.has(type)) throw this.#fault(UNASKED);
    const isKnown = type >= 1 && type <= LAST_CONTROL || type === MESSAGE.command || type === MESSAGE.command3;
    if (!isKnown || length > MOST_BYTES) throw this.#fault(GARBAGE);
  }

  async #answer(message: RtmpMessage): Promise<void> {
    const [name, id, about, stream] = commandOf(message);
    if (typeof name !== "string" || typeof id !== "number") return;
    if (name === "connect") return await this.#connect(id, about);
    if (name === "publish") return await this.#publish(stream);
    if (name === "createStream") return await this.#say(0, "_result", id, null, STREAM_ID);
    if (id !== 0 && !name.startsWith("_")) await this.#say(0, "_result", id, null);
  }

  async #connect(id: number, about: AmfRead): Promise<void> {
    this.#hasApp = about instanceof Map && about.get("app") === this.#entry.app;
    if (!this.#hasApp) {
      const code = "NetConnection.Connect.Rejected";
      await this.#say(0, "_error", id, null, { level: "error", code, description: "Another app is wanted" });
      throw this.#fault(OTHER);
    }
    const window = bytesOf(WINDOW_BYTES, 4);
    await this.#write(chunked(MESSAGE.windowBytes, Uint8Array.from(window)));
    await this.#write(chunked(MESSAGE.bandwidth, Uint8Array.of(...window, 2)));
    const server = { fmsVer: "FMS/3,0,1,123", capabilities: 31 };
    const code = "NetConnection.Connect.Success";
    const description = "Connection succeeded";
    await this.#say(0, "_result", id, server, { level: "status", code, description, objectEncoding: 0 });
  }

  async #publish(key: AmfRead): Promise<void> {
    if (!isSame(typeof key === "string" ? key : "", this.#entry.key) || !this.#hasApp) {
      const code = "NetStream.Publish.BadName";
      await this.#say(STREAM_ID, "onStatus", 0, null, { level: "error", code, description: "Another key is wanted" });
      throw this.#fault(OTHER);
    }
    this.#isPublisher = true;
    await this.#write(chunked(MESSAGE.control, Uint8Array.of(0, 0, ...bytesOf(STREAM_ID, 4))));
    const code = "NetStream.Publish.Start";
    await this.#say(STREAM_ID, "onStatus", 0, null, { level: "status", code, description: "Publishing" });
  }

  async #say(streamId: number, ...values: readonly AmfWritten[]): Promise<void> {
    await this.#write(chunked(MESSAGE.command, encodeAmf(...values), { streamId }));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  #fault(reason: string): NetworkFault {
    return new NetworkFault(this.#entry.attempt, reason);
  }
}

/** The values of a command; of other messages none. */
function commandOf({ type, body }: RtmpMessage): readonly AmfRead[] {
  if (type === MESSAGE.command) return decodeAmf(body);
  // One in AMF 3 is in AMF 0 behind a byte.
  return type === MESSAGE.command3 ? decodeAmf(body.subarray(1)) : [];
}

/** Compares texts in a time that tells nothing of where, or in length, they differ. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a, b);
}
