import assert from "node:assert/strict";
import { Arenas } from "./arenas.ts";
import { POOL, SLOT } from "./layout.gen.ts";
import { loadNative } from "./loader.ts";

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

/** No slot is free. */
const NO_SLOT = 0xffffffff;

Deno.test({ name: "slu_pool_acquire() and slu_pool_release() use the words that TypeScript reads", ignore }, () => {
  const { symbols } = loadNative();
  const arenas = new Arenas(symbols);
  const arena = arenas.create(65_536);
  const base = arenas.unsafePointer(arena);
  assert.equal(symbols.slu_pool_format(base, 6, 40, 200), 1);
  const u32 = new Uint32Array(arenas.open(arena));
  const i32 = new Int32Array(arenas.open(arena));
  const bitmap = u32[POOL.bitmapOffset >> 2] >> 2;
  assert.equal(u32[POOL.magic >> 2], POOL.magicValue);
  assert.equal(u32[POOL.slotStride >> 2], 384);
  assert.deepEqual([u32[bitmap], u32[bitmap + 1]], [0xffffffff, 0xff]);

  const pool = symbols.slu_pool_open(base);
  // A slot that TypeScript takes is not lent by Rust.
  assert.equal(Atomics.and(i32, bitmap, ~1) & 1, 1);
  const slot = symbols.slu_pool_acquire(pool, 9);
  assert.equal(slot, 1);
  const header = (u32[POOL.slotsOffset >> 2] + slot * u32[POOL.slotStride >> 2]) >> 2;
  assert.deepEqual([i32[header + (SLOT.refCount >> 2)], u32[header + (SLOT.pool >> 2)]], [1, 6]);
  assert.equal(new Uint8Array(arenas.open(arena))[u32[POOL.holdsOffset >> 2] + 9 * 64 + slot], 1);
  assert.equal(symbols.slu_pool_free(pool), 38);
  // One that TypeScript gives back is lent again, and the lane that waits is named once.
  Atomics.or(i32, bitmap, 1);
  assert.equal(symbols.slu_pool_free(pool), 39);
  assert.equal(symbols.slu_pool_release(pool, slot, 9, null), 2);
  assert.equal(symbols.slu_pool_release(pool, slot, 9, null), 0);
  for (let k = 0; k < 40; k++) assert.notEqual(symbols.slu_pool_acquire(pool, 0), NO_SLOT);
  assert.equal(symbols.slu_pool_acquire(pool, 0), NO_SLOT);
  assert.equal(u32[POOL.exhausted >> 2], 1);
  symbols.slu_pool_close(pool);
  arenas.release(arena);
});
