/**
 * Finds in MPEG-TS where recordings were joined: the times of a stream jump there. Behind it, they are to go on as if the
 * recording had.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { MendedView } from "./mended_view.ts";
import { type Joint, PACKET_BYTES, SYNC, TICKS, ticksBetween, TransportPacket } from "./transport_packet.ts";

/** Up to here, all of a file is looked through; of larger ones parts, and what lies between two that do not fit. */
const SMALL_BYTES = 2 ** 26;
const PART_BYTES = 2 ** 22;
/** Bytes that are read at once. */
const READ_BYTES = 2 ** 20;
/** By how much times go on, or back, at most: pictures and sounds of a stream may be stored far apart. */
const MOST_TICKS = 10 * TICKS;
const MOST_BACK_TICKS = TICKS / 2;
/** How long one lasts where that cannot be told. */
const USUAL_TICKS = TICKS / 25;

/** Transport packets of a file. */
export type TimedView = Pick<MendedView, "read" | "size"> & { readonly stride: number };

/** The times of a stream in the order of decoding. */
interface Clock {
  last: number;
  step: number;
  /** A jump that is believed once the next time goes on from there. */
  jump: { readonly slot: number; readonly from: number; at: number } | undefined;
}

/** Finds where times jump, and by how much they are to be moved from there on. */
export async function findJoints(view: TimedView): Promise<Joint[]> {
  const joints: Joint[] = [];
  const clocks = new Map<number, Clock>();
  for (const [from, to] of await partsOf(view)) {
    for (let at = from; at < to; at += READ_BYTES) {
      await setImmediate();
      for (const [slot, packet] of packetsIn(view, at, Math.min(to, at + READ_BYTES))) {
        addTime(clocks, joints, slot, packet);
      }
    }
  }
  return joints;
}

function addTime(clocks: Map<number, Clock>, joints: Joint[], slot: number, packet: TransportPacket): void {
  const time = packet.decodedAt;
  if (time === undefined) return;
  const clock = clocks.get(packet.pid);
  if (clock === undefined) {
    clocks.set(packet.pid, { last: time, step: 0, jump: undefined });
    return;
  }
  const step = ticksBetween(clock.last, time);
  if (isNext(step)) {
    clock.jump = undefined;
    if (step > 0) clock.step = step;
    clock.last = time;
    return;
  }
  const { jump } = clock;
  if (jump === undefined || !isNext(ticksBetween(jump.at, time))) {
    clock.jump = { slot, from: clock.last, at: time };
    return;
  }
  // Other streams have jumped there, too: they are looked at anew.
  const moved = ticksBetween(jump.at, jump.from + (clock.step || USUAL_TICKS));
  joints.push({ slot: jump.slot, ticks: (joints.at(-1)?.ticks ?? 0) + moved });
  clocks.clear();
  clocks.set(packet.pid, { last: time, step: clock.step, jump: undefined });
}

function isNext(step: number): boolean {
  return step >= -MOST_BACK_TICKS && step <= MOST_TICKS;
}

/** The parts of a file that are to be looked through. */
async function partsOf(view: TimedView): Promise<readonly (readonly [number, number])[]> {
  const part = PART_BYTES - PART_BYTES % view.stride;
  if (view.size <= SMALL_BYTES) return [[0, view.size]];
  const parts: [number, number][] = [];
  let [pid, last, usual]: [number | undefined, number, number] = [undefined, 0, Infinity];
  for (let at = 0; at < view.size; at += part) {
    await setImmediate();
    const timed = firstTime(view, at, pid);
    if (timed === undefined) continue;
    const step = ticksBetween(last, timed.time);
    const isUsual = step >= 0 && step <= 3 * usual + MOST_TICKS;
    if (pid !== undefined && !isUsual) parts.push([at - part, Math.min(view.size, at + part)]);
    if (isUsual) usual = step;
    [pid, last] = [timed.pid, timed.time];
  }
  return parts;
}

/** The first time of a stream from a place on. @param pid any stream if it is not told */
function firstTime(view: TimedView, at: number, pid: number | undefined) {
  for (const [, packet] of packetsIn(view, at, Math.min(view.size, at + READ_BYTES))) {
    const time = packet.decodedAt;
    if (time !== undefined && (pid === undefined || packet.pid === pid)) return { time, pid: packet.pid };
  }
  return undefined;
}

/** Packets between two places of a file with which one of an elementary stream may begin, each with its slot. */
export function* packetsIn(
  { read, stride }: TimedView,
  from: number,
  to: number,
): Generator<[number, TransportPacket]> {
  const first = Math.floor(from / stride);
  const bytes = read(first * stride, to);
  const offset = stride === 192 ? 4 : 0;
  for (let at = offset; at + PACKET_BYTES <= bytes.length; at += stride) {
    if (bytes[at] === SYNC && (bytes[at + 1] & 0x40) !== 0) {
      yield [first + Math.floor(at / stride), new TransportPacket(bytes.subarray(at, at + PACKET_BYTES))];
    }
  }
}
