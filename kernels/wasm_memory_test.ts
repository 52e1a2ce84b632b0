import assert from "node:assert/strict";
import { exposeGc } from "../tests/fixtures/expose_gc.ts";
import { WasmMemory } from "./wasm_memory.ts";

/** A memory of 4 KiB, of which the compiler has laid out 100 bytes. */
function made() {
  const buffer = new ArrayBuffer(4096);
  new Uint8Array(buffer, 0, 100).fill(9);
  return { buffer, memory: new WasmMemory(buffer, 100) };
}

/** Has a call copy arrays of so many bytes, all of which are 7. @returns their addresses */
function copyAll(memory: WasmMemory, ...sizes: number[]): number[] {
  memory.begin();
  return sizes.map((bytes, k) => memory.read(k, new Uint8Array(bytes).fill(7)));
}

Deno.test("WasmMemory.allocate() gives zeros in the memory at multiples of 64, apart from each other", () => {
  const { buffer, memory } = made();
  const arrays = [1, 16, 0, 17].map((length) => memory.allocate(Float32Array, length));
  assert.deepEqual(arrays.map(({ byteOffset }) => byteOffset), [128, 192, 256, 256]);
  for (const [k, array] of arrays.entries()) array.fill(k);
  assert.deepEqual(arrays.map((array) => new Set(array)), [new Set([0]), new Set([1]), new Set(), new Set([3])]);
  assert.ok(arrays.every((array) => array.buffer === buffer));
  assert.deepEqual(new Set(new Uint8Array(buffer, 0, 100)), new Set([9]));
});

Deno.test("WasmMemory.allocate() gives zeros where copies have lain", () => {
  const { memory } = made();
  copyAll(memory, 300, 200);
  for (const length of [10, 500, 10]) {
    assert.deepEqual(new Set(memory.allocate(Uint8Array, length)), new Set([0]));
  }
});

Deno.test("WasmMemory.allocate() takes three quarters of the memory, and ordinary memory then", () => {
  const { buffer, memory } = made();
  const inside = memory.allocate(Uint8Array, 3072 - 128);
  const [beyond, large] = [memory.allocate(Uint8Array, 1), memory.allocate(Float64Array, 1e6)];
  assert.deepEqual([inside, beyond, large].map((array) => array.buffer === buffer), [true, false, false]);
  assert.deepEqual([beyond.length, large.length], [1, 1e6]);
});

Deno.test("WasmMemory keeps what a view holds whose array is garbage", async () => {
  const { memory } = made();
  let isCollected = false;
  const arrays = new FinalizationRegistry(() => isCollected = true);
  const kept = (() => {
    const array = memory.allocate(Float64Array, 4);
    arrays.register(array, undefined);
    return array.subarray(2).fill(5);
  })();
  const collect = exposeGc();
  while (!isCollected) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (let k = 0; k < 8; k++) memory.allocate(Float64Array, 4).fill(9);
  assert.deepEqual([...kept], [5, 5]);
});

Deno.test("WasmMemory copies what lies elsewhere in and out, and leaves what lies in it where it is", () => {
  const { buffer, memory } = made();
  const own = memory.allocate(Uint8Array, 8).fill(1);
  const outside = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
  memory.begin();
  const [there, copy, target] = [memory.read(0, own), memory.read(1, outside), memory.write(2, outside)];
  assert.equal(there, own.byteOffset);
  assert.deepEqual([...new Uint8Array(buffer, copy, 2)], [2, 3]);
  assert.ok(copy >= own.byteOffset + 8 && target >= copy + 2);
  new Uint8Array(buffer, target, 2).set([8, 9]);
  memory.finish(2, outside);
  memory.finish(0, own);
  assert.deepEqual([...outside, ...own], [8, 9, ...Array(8).fill(1)]);
});

Deno.test("WasmMemory.begin() gives a call the room of the last one's copies", () => {
  const { memory } = made();
  const first = copyAll(memory, 1000, 1000);
  assert.deepEqual(copyAll(memory, 1000, 1000), first);
  assert.deepEqual(copyAll(memory, 64, 3900), [128, 192]);
});

Deno.test("WasmMemory refuses copies that do not fit, and neither arrays nor later calls suffer from it", () => {
  const { memory } = made();
  const table = memory.allocate(Float32Array, 16).fill(5);
  copyAll(memory, 1000);
  assert.throws(() => copyAll(memory, 1000, 2944), {
    name: "RangeError",
    message: "Cannot copy an array of 2944 bytes to the kernels of portable mode: of their memory of 4096 bytes, " +
      "arrays of float32() and the like take 192 and the call's other copies 1024; work on shorter blocks",
  });
  const next = memory.allocate(Float32Array, 16);
  assert.deepEqual([...copyAll(memory, 1000, 2800), ...next], [256, 1280, ...Array(16).fill(0)]);
  assert.deepEqual(new Set([...table]), new Set([5]));
});

Deno.test("WasmMemory has room for the copies of a call whatever arrays were made before", () => {
  const { memory } = made();
  for (let k = 0; k < 260; k++) memory.allocate(Float32Array, 32);
  assert.equal(copyAll(memory, 512, 512).length, 2);
});
