/**
 * Messages of RTMP, and the chunks that carry them (Adobe's specification 1.0, section 5.3). A message is one allocation of its
 * stated length, which is checked before.
 *
 * @module
 */
import { NetworkFault } from "../network/network_fault.ts";

/** Types of messages. */
export const MESSAGE = {
  chunkBytes: 1,
  abort: 2,
  acknowledgement: 3,
  control: 4,
  windowBytes: 5,
  bandwidth: 6,
  audio: 8,
  video: 9,
  data3: 15,
  command3: 17,
  data: 18,
  command: 20,
  aggregate: 22,
} as const;

/** One whole message. */
export interface RtmpMessage {
  readonly type: number;
  /** Milliseconds, 32 bits, which wrap. */
  readonly timestampMs: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A message has pieces of so many bytes, unless it is said otherwise. */
const CHUNK_BYTES = 128;
/** How long the header of a message is, by the format in the two highest bits of a chunk. */
const HEADER_BYTES = [11, 7, 3, 0];
/** Stands in the 24 bits of a time that follows in 32. */
const EXTENDED = 0xffffff;
/** How many messages may be under way beside each other. */
const MOST_STREAMS = 32;
const NOT_RTMP = "what came is no RTMP; let a program publish that speaks it, such as OBS";

/** What later chunks of a chunk stream leave out. */
interface ChunkStream {
  /** The time or difference of time of its last header, and its 24 bits of it. */
  stepMs: number;
  field: number;
  timestampMs: number;
  type: number;
  length: number;
  /** The message that is under way. */
  body: Uint8Array<ArrayBuffer> | undefined;
  filled: number;
}

/** Reads messages out of bytes that come in pieces of any size. */
export class RtmpChunks {
  readonly #attempt: string;
  readonly #check: (type: number, length: number) => void;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkBytes = CHUNK_BYTES;
  #bytes = new Uint8Array(0);
  #at = 0;
  /** The stream of the chunk whose bytes come, and how many of them are to come. */
  #stream: ChunkStream | undefined;
  #leftBytes = 0;

  /**
   * @param attempt how messages of faults start
   * @param check is told the type and the length of each message before its bytes are taken; it throws what refuses it
   */
  constructor(attempt: string, check: (type: number, length: number) => void) {
    this.#attempt = attempt;
    this.#check = check;
  }

  /** Takes the next bytes; they are copied. */
  push(bytes: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    const all = new Uint8Array(rest.length + bytes.length);
    all.set(rest);
    all.set(bytes, rest.length);
    [this.#bytes, this.#at] = [all, 0];
  }

  /**
   * The next message that has come whole; those that are about chunks are obeyed here.
   *
   * @throws {NetworkFault} if the bytes are no chunks, and what `check` throws
   */
  next(): RtmpMessage | undefined {
    for (;;) {
      this.#stream ??= this.#begin();
      const stream = this.#stream;
      if (stream === undefined) return undefined;
      const piece = this.#bytes.subarray(this.#at, this.#at + this.#leftBytes);
      stream.body!.set(piece, stream.filled);
      stream.filled += piece.length;
      this.#at += piece.length;
      this.#leftBytes -= piece.length;
      if (this.#leftBytes > 0) return undefined;
      this.#stream = undefined;
      if (stream.filled < stream.length) continue;
      const message = { type: stream.type, timestampMs: stream.timestampMs, body: stream.body! };
      stream.body = undefined;
      if (!this.#obey(message)) return message;
    }
  }

  /** Reads the headers of a chunk, once they have come whole. */
  #begin(): ChunkStream | undefined {
    const head = this.#bytes.subarray(this.#at);
    if (head.length === 0) return undefined;
    const [format, low] = [head[0] >> 6, head[0] & 0x3f];
    const basicBytes = low === 0 ? 2 : low === 1 ? 3 : 1;
    const at = basicBytes + HEADER_BYTES[format];
    if (head.length < at) return undefined;
    const id = low === 0 ? 64 + head[1] : low === 1 ? 64 + head[1] + 256 * head[2] : low;
    const known = this.#streams.get(id);
    if (known === undefined && (format > 1 || this.#streams.size >= MOST_STREAMS)) this.#refuse();
    const stream = known ??
      { stepMs: 0, field: 0, timestampMs: 0, type: 0, length: 0, body: undefined, filled: 0 };
    const field = format === 3 ? stream.field : uint(head, basicBytes, 3);
    const end = field === EXTENDED ? at + 4 : at;
    if (head.length < end) return undefined;
    this.#streams.set(id, stream);
    this.#at += end;
    if (format < 2) [stream.length, stream.type] = [uint(head, basicBytes + 3, 3), head[basicBytes + 6]];
    if (format !== 3 || stream.body === undefined) {
      stream.field = field;
      stream.stepMs = field === EXTENDED ? uint(head, at, 4) : field;
      stream.timestampMs = format === 0 ? stream.stepMs : (stream.timestampMs + stream.stepMs) >>> 0;
      this.#check(stream.type, stream.length);
      stream.body = new Uint8Array(stream.length);
      stream.filled = 0;
    }
    this.#leftBytes = Math.min(this.#chunkBytes, stream.length - stream.filled);
    return stream;
  }

  /** Does what a message says about chunks. @returns whether it is such a message */
  #obey({ type, body }: RtmpMessage): boolean {
    if (type !== MESSAGE.chunkBytes && type !== MESSAGE.abort) return false;
    if (body.length < 4) this.#refuse();
    const value = uint(body, 0, 4);
    if (type === MESSAGE.abort) {
      const stream = this.#streams.get(value);
      if (stream !== undefined) stream.body = undefined;
    } else {
      if (value < 1 || value > 0x7fffffff) this.#refuse();
      this.#chunkBytes = value;
    }
    return true;
  }

  #refuse(): never {
    throw new NetworkFault(this.#attempt, NOT_RTMP);
  }
}

/** The chunks of a message. @param streamId the stream that it is about; 0: the connection */
export function chunked(
  type: number,
  body: Uint8Array,
  { streamId = 0, timestampMs = 0, chunkBytes = CHUNK_BYTES } = {},
): Uint8Array<ArrayBuffer> {
  const id = type === MESSAGE.command ? 3 : type < MESSAGE.audio ? 2 : 4;
  const isExtended = timestampMs >= EXTENDED;
  const time = isExtended ? bytesOf(timestampMs, 4) : [];
  const field = bytesOf(isExtended ? EXTENDED : timestampMs, 3);
  const head = [id, ...field, ...bytesOf(body.length, 3), type, ...bytesOf(streamId, 4).toReversed(), ...time];
  const count = Math.max(1, Math.ceil(body.length / chunkBytes));
  const chunks = Array.from({ length: count }, (_, k) => {
    return [...(k === 0 ? head : [0xc0 | id, ...time]), ...body.subarray(k * chunkBytes, (k + 1) * chunkBytes)];
  });
  return Uint8Array.from(chunks.flat());
}

/** An unsigned number, its highest byte first. */
export function uint(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let k = 0; k < count; k++) value = value * 256 + bytes[at + k];
  return value;
}

/** The bytes of an unsigned number, the highest first. */
export function bytesOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => Math.floor(value / 256 ** (count - 1 - k)) & 0xff);
}
