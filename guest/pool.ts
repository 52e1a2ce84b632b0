/**
 * A pool as the process of a node sees it. Slots are taken, given back and counted by the runtime's process; the memory of
 * frames is the same.
 *
 * @module
 */
import { ENTRY, SLOT } from "../ffi/layout.gen.ts";
import type { HeldFrame, Ledger } from "../core/memory/ledger.ts";
import type { Pool } from "../core/memory/pool.ts";
import { library, type SlotPlace } from "./library.ts";

const REF_COUNT = SLOT.refCount >> 2;
const CHECKSUM = SLOT.checksum >> 2;
const EMPTY = new ArrayBuffer(0);

/** The output that a pool's slots are for. */
export interface PoolOutput {
  readonly index: number;
  /** Code of the kind of its frames. */
  readonly kind: number;
}

/** Frames of one pool: those that inputs bring, or those that one output takes. */
export class GuestPool {
  readonly name: string;
  readonly ledger: Ledger;
  readonly views: (HeldFrame | undefined)[] = [];
  readonly development = false;
  readonly closed = false;
  index = -1;
  slotCount = 0;
  payloadBytes = 0;
  payloads: ArrayBuffer = EMPTY;
  u8 = new Uint8Array(EMPTY);
  u16 = new Uint16Array(EMPTY);
  i32 = new Int32Array(EMPTY);
  u32 = new Uint32Array(EMPTY);
  f64 = new Float64Array(EMPTY);
  view = new DataView(EMPTY);
  readonly #output: PoolOutput | undefined;
  #place: SlotPlace | undefined;
  /** The entries of the tick's frames, by slot. */
  readonly #entries = new Map<number, number>();
  /** References beside the first that the tick has added, by slot. */
  readonly #extra = new Map<number, number>();

  constructor(name: string, ledger: Ledger, output?: PoolOutput) {
    this.name = name;
    this.ledger = ledger;
    this.#output = output;
  }

  /** This pool, for the frames and ports of the runtime, which use no more of it. */
  get asPool(): Pool {
    return this as unknown as Pool;
  }

  /** Takes in a frame that the tick has now. @returns its slot */
  take(entry: number): number {
    const slot = this.see(entry);
    this.#entries.set(slot, entry);
    return slot;
  }

  /** Opens the pool for a frame that stays the runtime's. @returns its slot */
  see(entry: number): number {
    if (this.#place === undefined) this.#open(entry);
    return entry & ENTRY.slotMask;
  }

  /** Returns the entry of a frame that goes to an output, and whether the tick keeps a reference. */
  leave(slot: number): { readonly entry: number; readonly keeps: boolean } {
    const entry = this.#entries.get(slot)!;
    const keeps = this.#dropExtra(slot);
    if (!keeps) this.#entries.delete(slot);
    return { entry, keeps };
  }

  /** Has nobody check a frame against what it was before: in development mode whoever wrote it has sealed it. */
  unseal(slot: number): void {
    if (this.references(slot) === 1) this.u32[this.headerAt(slot) + CHECKSUM] = 0;
  }

  /** Forgets the frames of a tick. @returns whether it has kept any, which it cannot */
  endTick(): boolean {
    const kept = this.#entries.size > 0;
    this.#entries.clear();
    this.#extra.clear();
    return kept;
  }

  slotOffset(slot: number): number {
    return this.#place!.first + slot * this.#place!.stride;
  }

  headerAt(slot: number): number {
    return this.slotOffset(slot) / 4;
  }

  takeSlot(): number {
    if (this.#output === undefined) return -1;
    const entry = library.acquireEntry(this.#output.index, this.#output.kind);
    return entry < 0 ? -1 : this.take(entry);
  }

  slotForCopy(slot: number): number {
    const entry = this.#entries.get(slot);
    const found = entry === undefined ? -1 : library.writableEntry(entry);
    if (found < 0) return -1;
    // The runtime has taken the other one back.
    this.#entries.delete(slot);
    return this.take(found);
  }

  references(slot: number): number {
    return Atomics.load(this.i32, this.headerAt(slot) + REF_COUNT) + (this.#extra.get(slot) ?? 0);
  }

  retain(slot: number): void {
    this.#extra.set(slot, (this.#extra.get(slot) ?? 0) + 1);
  }

  release(slot: number): void {
    if (this.#dropExtra(slot)) return;
    const entry = this.#entries.get(slot);
    if (entry === undefined) return;
    this.#entries.delete(slot);
    library.releaseEntry(entry);
  }

  /** Takes an added reference away. @returns whether there was one */
  #dropExtra(slot: number): boolean {
    const extra = this.#extra.get(slot) ?? 0;
    if (extra > 1) this.#extra.set(slot, extra - 1);
    else this.#extra.delete(slot);
    return extra > 0;
  }

  #open(entry: number): void {
    const place = this.#place = library.placeOf(entry);
    this.index = (entry >>> ENTRY.poolShift) & ENTRY.poolMask;
    this.slotCount = place.slotCount;
    this.payloadBytes = place.payloadBytes;
    const buffer = this.payloads = library.windows[this.index];
    const bytes = place.first + place.slotCount * place.stride;
    this.u8 = new Uint8Array(buffer, 0, bytes);
    this.u16 = new Uint16Array(buffer, 0, Math.floor(bytes / 2));
    this.i32 = new Int32Array(buffer, 0, Math.floor(bytes / 4));
    this.u32 = new Uint32Array(buffer, 0, Math.floor(bytes / 4));
    this.f64 = new Float64Array(buffer, 0, Math.floor(bytes / 8));
    this.view = new DataView(buffer, 0, bytes);
  }
}
