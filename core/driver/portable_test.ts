import { deepEqual, equal, ok } from "node:assert/strict";
import { ENTRY } from "../../ffi/layout.gen.ts";
import { bench } from "../../tests/fixtures/slots.ts";
import { RING_ACCEPTED, RING_NONE } from "./driver.ts";

/** Words of a ring, as in `portable.ts`. */
const HEAD = 0;
const EXPECTED = 1;
const TAIL = 16;

/** A ring of which as many entries have gone through as `start` says, and its words. */
function ringAt(start: number, capacity: number, evicts: boolean) {
  const { driver, page } = bench(1);
  const token = driver.createRing({ capacity, evicts, linkOffset: page.linkOffset(0) });
  ok(token.kind === "portable");
  const words = new Int32Array(token.buffer);
  words[HEAD] = words[EXPECTED] = words[TAIL] = start;
  return { words, writer: driver.openWriter(token), reader: driver.openReader(token) };
}

/** Has another lane do something just before the next compare-exchange on `words[index]`. */
function beforeClaim(words: Int32Array, index: number, meanwhile: () => void): void {
  const { compareExchange } = Atomics;
  const atomics = Atomics as { compareExchange: unknown };
  atomics.compareExchange = (array: Int32Array, at: number, expected: number, wanted: number): number => {
    if (array.buffer === words.buffer && at === index) {
      atomics.compareExchange = compareExchange;
      meanwhile();
    }
    return compareExchange(array, at, expected, wanted);
  };
}

for (const capacity of [1, 2, 3]) {
  for (const evicts of [false, true]) {
    Deno.test(`a portable ring of ${capacity} (evicts: ${evicts}) goes on at 0 where its counts end`, () => {
      const span = capacity * Math.floor(2 ** 30 / capacity);
      const { words, writer, reader } = ringAt(span - 2, capacity, evicts);
      for (let entry = 0; entry < 5; entry++) {
        for (let k = 0; k < capacity; k++) equal(writer.push(10 * entry + k), RING_ACCEPTED);
        equal(writer.room(), 0);
        equal(reader.available(), capacity);
        equal(writer.push(99), evicts ? 10 * entry : RING_NONE);
        const kept = Array.from({ length: capacity }, (_, k) => 10 * entry + k);
        if (evicts) {
          kept.push(99);
          kept.shift();
          kept[0] = (kept[0] | ENTRY.discontinuity) >>> 0;
        }
        deepEqual(kept.map(() => reader.pop()), kept);
        equal(reader.pop(), RING_NONE);
        const gone = (span - 2 + (entry + 1) * (capacity + Number(evicts))) % span;
        deepEqual([words[HEAD], words[TAIL], words[EXPECTED]], [gone, gone, gone]);
      }
    });
  }
}

Deno.test("a portable ring's writer reports no entry as evicted that the reader took first", () => {
  const { words, writer, reader } = ringAt(0, 2, true);
  writer.push(1);
  writer.push(2);
  let taken: number | undefined;
  beforeClaim(words, HEAD, () => taken = reader.pop());
  equal(writer.push(3), RING_ACCEPTED);
  equal(taken, 1);
  beforeClaim(words, HEAD, () => taken = reader.pop());
  writer.staging.set([4]);
  equal(writer.commit(1), 1);
  equal(writer.evictedCount, 0);
  equal(taken, 2);
  deepEqual([reader.pop(), reader.pop(), reader.pop()], [3, 4, RING_NONE]);
});

Deno.test("a portable ring's reader takes the next entry where the writer evicted the one it looked at", () => {
  const { words, writer, reader } = ringAt(0, 2, true);
  writer.push(1);
  writer.push(2);
  let evicted: number | undefined;
  beforeClaim(words, HEAD, () => evicted = writer.push(3));
  equal(reader.pop(), (2 | ENTRY.discontinuity) >>> 0);
  equal(evicted, 1);
  deepEqual([reader.pop(), reader.pop()], [3, RING_NONE]);
});
