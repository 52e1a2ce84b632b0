/**
 * The pool of development mode. It overwrites a slot when its last reference goes, so that a late reader notices:
 * samples become NaN, other bytes 0xDB.
 *
 * @module
 */
import { FORMAT, SLOT } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { Pool } from "./pool.ts";

/** The value of the bytes of a freed payload. */
export const POISON_BYTE = 0xdb;

export class CheckedPool extends Pool {
  /** The classes of development mode make the frames of this pool. */
  override readonly development: boolean = true;

  protected override giveBack(slot: number): void {
    const offset = this.slotOffset(slot);
    const start = offset + SLOT.size;
    const length = Math.min(this.u32[index32(offset + SLOT.payloadLength)], this.payloadBytes);
    if (this.u8[offset + SLOT.format] === FORMAT.f32Planar) {
      new Float32Array(this.u8.buffer, start, Math.floor(length / 4)).fill(NaN);
    } else this.u8.fill(POISON_BYTE, start, start + length);
    super.giveBack(slot);
  }
}
