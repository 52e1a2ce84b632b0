/**
 * The parts of a pool: header, bitmap of free slots, table of holds, slots. `crates/abi` has the same layout.
 *
 * @module
 */
import { ABI_VERSION, POOL, SLOT } from "../../ffi/layout.gen.ts";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import { index32 } from "../element_index.ts";

/**
 * The most bytes of payload in a pool. No field stores an offset of a slot: the header has the stride and the place of
 * the first slot, which fit 32 bits, and ring entries have the number of a slot.
 */
export const MAX_POOL_BYTES = 8 * 2 ** 30;

/** Size of a pool. */
export interface PoolSpec {
  readonly name: string;
  /** Bytes of payload in a slot, without the header; rounded up to a multiple of 64. */
  readonly slotBytes: number;
  /** 1 to 1,048,576. */
  readonly slots: number;
  /** The most slots that it may grow to, within the same limit; by default `slots`. */
  readonly maxSlots?: number;
}

/** The token by which a lane opens a pool. */
export interface PoolToken extends Required<PoolSpec> {
  readonly index: number;
  readonly arena: ArenaToken;
}

/**
 * Makes a pool with every slot free.
 *
 * @param index 0 to 63, unique in the runtime
 * @throws {RangeError} for sizes out of range, or if the system refuses the memory
 */
export function createPool(driver: Driver, index: number, spec: PoolSpec): PoolToken {
  checkSpec(spec);
  const { slots, maxSlots = slots } = spec;
  const { payload, stride, bitmap, holds, first } = layOut(spec.slotBytes, maxSlots);
  if (payload * slots > MAX_POOL_BYTES) {
    throw new RangeError(
      `Cannot make pool "${spec.name}" of ${slots} slots of ${spec.slotBytes} bytes: that is more than ` +
        `${MAX_POOL_BYTES / 2 ** 20} MiB of payload`,
    );
  }
  const arena = driver.createArena(first + stride * slots, first + stride * maxSlots);
  const u32 = new Uint32Array(driver.openArena(arena));
  u32[POOL.abiVersion >> 2] = ABI_VERSION;
  u32[POOL.poolIndex >> 2] = index;
  u32[POOL.slotCount >> 2] = maxSlots;
  u32[POOL.slotStride >> 2] = stride;
  u32[POOL.payloadBytes >> 2] = payload;
  u32[POOL.slotsOffset >> 2] = first;
  u32[POOL.bitmapOffset >> 2] = bitmap;
  u32[POOL.holdsOffset >> 2] = holds;
  u32[POOL.openSlots >> 2] = slots;
  for (let word = 0; word * 32 < slots; word++) u32[index32(bitmap) + word] = bitsBetween(word, 0, slots);
  u32[POOL.magic >> 2] = POOL.magicValue;
  return { name: spec.name, slotBytes: payload, slots, maxSlots, index, arena };
}

/** Returns the token by which lanes open a pool with more slots. @param slots at most `maxSlots` of the token */
export function growToken(driver: Driver, token: PoolToken, slots: number): PoolToken {
  const { stride, first } = layOut(token.slotBytes, token.maxSlots);
  return { ...token, slots, arena: driver.growArena(token.arena, first + stride * slots) };
}

/** Returns how many bytes a slot takes. @param slotBytes of its payload */
export function bytesOfSlot(slotBytes: number): number {
  return SLOT.size + alignTo(slotBytes, SLOT.payloadAlign);
}

function checkSpec(spec: PoolSpec): void {
  const limits = [["slotBytes", 0x7fffffff], ["slots", POOL.maxSlots], ["maxSlots", POOL.maxSlots]] as const;
  for (const [key, max] of limits) {
    const value = spec[key] ?? spec.slots;
    if (!Number.isInteger(value) || value < 1 || value > max) {
      throw new RangeError(
        `Cannot make pool "${spec.name}": ${key} is ${value}, wanted a whole number from 1 to ${max}`,
      );
    }
  }
}

/** Where the parts of a pool lie, as in `crates/abi`. */
interface PoolLayout {
  /** Bytes of payload in a slot. */
  readonly payload: number;
  /** Bytes from a slot to the next. */
  readonly stride: number;
  readonly bitmap: number;
  readonly holds: number;
  /** Where the first slot starts. */
  readonly first: number;
}

function layOut(slotBytes: number, maxSlots: number): PoolLayout {
  const bitmap = POOL.size;
  const holds = alignTo(bitmap + Math.ceil(maxSlots / 32) * 4, 64);
  const first = alignTo(holds + POOL.holdLanes * holdRow(maxSlots), 128);
  const stride = bytesOfSlot(slotBytes);
  return { payload: stride - SLOT.size, stride, bitmap, holds, first };
}

/** Returns the bits of a word of the bitmap that belong to slots from `from` on and before `to`. */
export function bitsBetween(word: number, from: number, to: number): number {
  return (bitsBelow(to - word * 32) & ~bitsBelow(from - word * 32)) >>> 0;
}

function bitsBelow(count: number): number {
  return count >= 32 ? 0xffffffff : count <= 0 ? 0 : 2 ** count - 1;
}

/** Returns the bytes of one lane's row in the table of holds. Lanes never share a cache line. */
export function holdRow(slots: number): number {
  return alignTo(slots, 64);
}

function alignTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
