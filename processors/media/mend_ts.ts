/**
 * Finds the packets of MPEG-TS (ISO/IEC 13818-1, 2.4.3) behind damage, and has the times of recordings that were joined
 * go on. The view has a transport packet in each of its slots: that which begins there, or within the length of one behind
 * it, or one that carries nothing. So a place is found without what lies before it, and nothing is looked through.
 *
 * @module
 */
import type { Gap, Loss, MendedView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";
import { findJoints } from "./ts_joints.ts";
import { type Joint, NOTHING_PID, PACKET_BYTES, SYNC, TransportPacket } from "./transport_packet.ts";

/** How far apart packets are, and where the first one begins: with times in front, or with sums behind, or neither. */
const LAYOUTS = [[188, 0], [192, 4], [204, 0]] as const;

/** A view of MPEG-TS. `undefined`: it is none. */
export async function mendTransportStream(read: ReadRange, size: number): Promise<MendedView | undefined> {
  const head = read(0, Math.min(size, 1024));
  const layout = LAYOUTS.find(([stride, first]) => [0, 1, 2].every((k) => head[first + k * stride] === SYNC));
  if (layout === undefined) return undefined;
  const [stride, first] = layout;
  const view = new TransportView(read, size, stride, first);
  view.joints = await findJoints(view);
  return view;
}

/** The transport packets of a file. */
export class TransportView implements MendedView {
  readonly #read: ReadRange;
  readonly #fileSize: number;
  readonly stride: number;
  readonly #first: number;
  readonly size: number;
  readonly losses: Loss[] = [];
  readonly gaps: Gap[] = [];
  lostBytes = 0;
  #joints: readonly Joint[] = [];
  /** Slots known to be damaged, and slots whose packet lies farther behind than that of the slot before. */
  readonly #lost = new Set<number>();
  /** How many bytes packets lay behind their slots at the last search. */
  #usual = 0;

  constructor(read: ReadRange, size: number, stride: number, first: number) {
    this.#read = read;
    this.#fileSize = size;
    this.stride = stride;
    this.#first = first;
    const whole = size - size % stride;
    const [from, bytes] = this.#around(whole / stride - 1, whole / stride);
    const isShifted = (this.#shiftOf(whole / stride - 1, bytes, from) ?? 0) > 0;
    this.size = isShifted ? whole : size;
  }

  /** Where times are changed. */
  set joints(joints: readonly Joint[]) {
    this.#joints = joints;
    for (const { slot } of joints) this.#addGap({ from: slot * this.stride, kind: "joint" });
  }

  readonly read: ReadRange = (start, end) => {
    const { stride } = this;
    const [first, last] = [Math.floor(start / stride), Math.ceil(end / stride)];
    const [from, bytes] = this.#around(first, last);
    const view = new Uint8Array((last - first) * stride);
    view.set(bytes.subarray(first * stride - from, last * stride - from));
    let before = first === 0 ? 0 : this.#shiftOf(first - 1, bytes, from);
    for (let slot = first; slot < last; slot++) {
      const at = (slot - first) * stride;
      // The part at the end that is no packet is left as it is.
      if ((slot + 1) * stride > this.#fileSize) break;
      const shift = this.#shiftOf(slot, bytes, from);
      const own = view.subarray(at + this.#first, at + this.#first + PACKET_BYTES);
      if (shift === undefined) empty(own);
      else if (shift > 0) own.set(bytes.subarray(slot * stride + this.#first + shift - from).subarray(0, PACKET_BYTES));
      this.#note(slot, before, shift);
      new TransportPacket(own).mend(this.#joints, slot);
      before = shift;
    }
    return view.subarray(start - first * stride, end - first * stride);
  };

  /** What has to be known of the file for slots, and where it lies. */
  #around(first: number, last: number): readonly [number, Uint8Array] {
    const from = Math.max(0, (first - 2) * this.stride);
    return [from, this.#read(from, Math.min(this.#fileSize, (last + 4) * this.stride))];
  }

  /** By how much the packet of a slot lies behind it. `undefined`: there is none. */
  #shiftOf(slot: number, bytes: Uint8Array, from: number): number | undefined {
    const { stride } = this;
    const at = slot * stride + this.#first - from;
    const isSync = (place: number) => bytes[place] === SYNC;
    // The last one before damage has one before it.
    if (isSync(at) && (at + stride >= bytes.length || isSync(at + stride) || isSync(at - stride))) return 0;
    const isPacket = (shift: number) => {
      const place = at + shift;
      const isWhole = place + PACKET_BYTES <= bytes.length;
      const next = [place + stride, place + 2 * stride].filter((each) => each < bytes.length);
      return isWhole && isSync(place) && next.every(isSync) && (next.length > 0 || isSync(place - stride));
    };
    if (this.#usual > 0 && isPacket(this.#usual)) return this.#usual;
    for (let shift = 1; shift < stride; shift++) {
      if (isPacket(shift)) return this.#usual = shift;
    }
    return undefined;
  }

  /** Notes what is lost at a slot: all of it, or the part of a packet before the one in it. */
  #note(slot: number, before: number | undefined, shift: number | undefined): void {
    const at = slot * this.stride;
    const bytes = shift === undefined ? this.stride : before === undefined ? 0 : Math.max(0, shift - before);
    const isBeyond = shift === undefined && this.#usual > 0 && at + this.#usual + PACKET_BYTES > this.#fileSize;
    if (bytes === 0 || isBeyond || this.#lost.has(slot)) return;
    this.#lost.add(slot);
    this.lostBytes += bytes;
    const last = this.losses.at(-1);
    if (last !== undefined && last.at + last.bytes === at) {
      this.losses[this.losses.length - 1] = { at: last.at, bytes: last.bytes + bytes };
      return;
    }
    this.losses.push({ at, bytes });
    this.#addGap({ from: at, kind: "loss" });
  }

  #addGap(gap: Gap): void {
    this.gaps.push(gap);
    this.gaps.sort((a, b) => a.from - b.from);
  }
}

function empty(packet: Uint8Array): void {
  packet.fill(0xff);
  packet.set([SYNC, NOTHING_PID >> 8, NOTHING_PID & 0xff, 0x10]);
}
