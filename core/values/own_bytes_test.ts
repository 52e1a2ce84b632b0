import { Buffer } from "node:buffer";
import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";
import { withOwnBytes } from "./own_bytes.ts";

/** Twenty bytes, 0 to 19, behind 4 and before 1,000 others. */
function memory(): ArrayBuffer {
  const buffer = new ArrayBuffer(1024);
  new Uint8Array(buffer, 4, 20).set(Array.from({ length: 20 }, (_, k) => k));
  return buffer;
}

Deno.test("withOwnBytes() gives views of every class buffers of their own bytes", () => {
  const buffer = memory();
  const views = [
    new Uint8Array(buffer, 5, 3),
    new DataView(buffer, 33, 5),
    new Float64Array(buffer, 64, 2).fill(0.5),
    new Float16Array(buffer, 128, 3).fill(2),
    new BigInt64Array(buffer, 256, 1).fill(-3n),
    Buffer.from(buffer, 512, 4),
    new Uint8Array(buffer, 700, 0),
  ];
  const own = withOwnBytes(views) as typeof views;
  deepEqual(structuredClone(own), structuredClone(views));
  ok(own.reduce((sum, view) => sum + view.buffer.byteLength, 0) <= 80);
  equal(views[0].buffer, buffer);
  equal(buffer.detached, false);
});

Deno.test("withOwnBytes() lets views that overlap still do, and others not", () => {
  const buffer = memory();
  const value = {
    bytes: new Uint8Array(buffer, 6, 8),
    words: new Uint32Array(buffer, 8, 3),
    far: new Uint8Array(buffer, 99, 1),
  };
  const own = structuredClone(withOwnBytes(value)) as typeof value;
  deepEqual([...own.bytes], [2, 3, 4, 5, 6, 7, 8, 9]);
  own.words[0] = 0;
  deepEqual([...own.bytes], [2, 3, 0, 0, 0, 0, 8, 9]);
  equal(own.bytes.buffer, own.words.buffer);
  notEqual(own.far.buffer, own.words.buffer);
});

Deno.test("withOwnBytes() finds views in lists, records, maps and sets, keeps what refers to itself, and changes nothing", () => {
  const state = new Float32Array(memory(), 8, 2).fill(3);
  const list: unknown[] = [state, , "text", 4n];
  const value = {
    ["__proto__"]: 1,
    list,
    map: new Map<unknown, unknown>([[state, list], ["key", new Set([state, 7])]]),
    date: new Date(0),
    none: null,
  };
  list.push(value, value.map);
  const own = structuredClone(withOwnBytes(value)) as typeof value;
  equal(own.list[4], own);
  equal(own.list[5], own.map);
  equal(own.map.get(own.list[0]), own.list);
  equal(1 in own.list, false);
  deepEqual([own.list[0], (own.list[0] as Float32Array).buffer.byteLength], [Float32Array.of(3, 3), 8]);
  ok((own.map.get("key") as Set<unknown>).has(own.list[0]));
  deepEqual(own.date, new Date(0));
  equal(list[0], state);
  equal(state.buffer.byteLength, 1024);
});

Deno.test("withOwnBytes() leaves alone what shares its buffer with the value itself, shared memory, and what has no more bytes", () => {
  const buffer = memory();
  const shared = new SharedArrayBuffer(64);
  for (
    const value of [
      { view: new Uint8Array(buffer, 5, 3), buffer },
      [new Uint8Array(shared, 8, 8)],
      [new Uint8Array(buffer, 0, 1000), new Uint8Array(buffer, 999)],
      [new Uint8Array(new ArrayBuffer(64, { maxByteLength: 128 }), 8, 8)],
      "text",
      null,
    ]
  ) equal(withOwnBytes(value), value);
});

Deno.test("withOwnBytes() leaves what cannot be cloned for structuredClone() to refuse", () => {
  const view = new Uint8Array(memory(), 5, 3);
  for (const part of [() => {}, new Proxy({}, {}), Symbol("no")]) {
    throws(() => structuredClone(withOwnBytes({ view, part })), { name: "DataCloneError" });
  }
});
