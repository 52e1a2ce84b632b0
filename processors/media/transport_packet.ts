/**
 * A transport packet (ISO/IEC 13818-1, 2.4.3.2) that may begin a packet of an elementary stream, which tells its time
 * (2.4.3.7).
 *
 * @module
 */

/** Bytes of a transport packet, and the first one of each. */
export const PACKET_BYTES = 188;
export const SYNC = 0x47;
/** What transport packets that carry nothing are numbered. */
export const NOTHING_PID = 0x1fff;
/** Ticks of a second, and after how many times begin anew. */
export const TICKS = 90_000;
export const WRAP_TICKS = 2 ** 33;

/** From which slot of a file on how many ticks are added to times. */
export interface Joint {
  readonly slot: number;
  readonly ticks: number;
}

/** A packet in place. */
export class TransportPacket {
  readonly #bytes: Uint8Array;
  /** Where the packet of an elementary stream begins. `undefined`: none begins here that can tell a time. */
  readonly #pes: number | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    if ((bytes[1] & 0x40) === 0 || (bytes[3] & 0x10) === 0) return;
    const at = bytes[3] & 0x20 ? 5 + bytes[4] : 4;
    if (at + 14 > bytes.length || bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) return;
    const stream = bytes[at + 3];
    if (stream === 0xbd || stream === 0xfd || (stream >= 0xc0 && stream <= 0xef)) this.#pes = at;
  }

  /** The stream that it belongs to. */
  get pid(): number {
    return (this.#bytes[1] & 0x1f) * 256 + this.#bytes[2];
  }

  /** What the packet of an elementary stream that begins in it is numbered. `undefined`: none begins here. */
  get streamId(): number | undefined {
    return this.#pes === undefined ? undefined : this.#bytes[this.#pes + 3];
  }

  /** What of the packet of an elementary stream lies in it, behind the head of that. `undefined`: none begins here. */
  get content(): Uint8Array | undefined {
    const at = this.#pes;
    return at === undefined ? undefined : this.#bytes.subarray(at + 9 + this.#bytes[at + 8]);
  }

  /** When what begins in it is decoded, in ticks. `undefined`: nothing begins here that says it. */
  get decodedAt(): number | undefined {
    const place = this.#timeAt;
    if (place === undefined) return undefined;
    const isOwn = (this.#bytes[place - 2] & 0x40) !== 0 && place + 10 <= this.#bytes.length;
    return readTime(this.#bytes, isOwn ? place + 5 : place);
  }

  /**
   * Moves the time in it, as it has to be behind joints. A packet of an elementary stream without a time, which readers
   * take for an error, becomes a part of the one before.
   */
  mend(joints: readonly Joint[], slot: number): void {
    if (this.#pes === undefined) return;
    const place = this.#timeAt;
    if (place === undefined) {
      this.#bytes[1] &= 0xbf;
      return;
    }
    let ticks = 0;
    for (const joint of joints) if (joint.slot <= slot) ticks = joint.ticks;
    if (ticks !== 0) writeTime(this.#bytes, place, readTime(this.#bytes, place) + ticks);
  }

  get #timeAt(): number | undefined {
    const at = this.#pes;
    if (at === undefined || (this.#bytes[at + 7] & 0x80) === 0) return undefined;
    const [first, third, fifth] = [9, 11, 13].map((offset) => this.#bytes[at + offset]);
    const isTime = (first & 0xe1) === 0x21 && (third & 1) === 1 && (fifth & 1) === 1;
    return isTime ? at + 9 : undefined;
  }
}

/** How far one time is from another, at most half of a round of the clock. */
export function ticksBetween(from: number, to: number): number {
  const ticks = (to - from) % WRAP_TICKS;
  if (ticks >= WRAP_TICKS / 2) return ticks - WRAP_TICKS;
  return ticks < -WRAP_TICKS / 2 ? ticks + WRAP_TICKS : ticks;
}

/** Reads a time of 33 bits within 5 bytes: 3, 15 and 15 of them, each part with a 1 behind it. */
export function readTime(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 5);
  const high = (view.getUint8(0) & 0x0e) / 2;
  return (high * 2 ** 15 + (view.getUint16(1) - 1) / 2) * 2 ** 15 + (view.getUint16(3) - 1) / 2;
}

/** Writes a time; the first 4 bits and the 1 behind the first 3 stay as they are. */
export function writeTime(bytes: Uint8Array, at: number, time: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 5);
  const ticks = ((time % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  const [high, middle, low] = [2 ** 30, 2 ** 15, 1].map((unit) => Math.floor(ticks / unit) % 2 ** 15);
  view.setUint8(0, (view.getUint8(0) & 0xf1) + 2 * high);
  view.setUint16(1, 2 * middle + 1);
  view.setUint16(3, 2 * low + 1);
}
