import assert from "node:assert/strict";
import fc from "fast-check";
import { Feed } from "./feed.ts";

Deno.test("Feed keeps the last entries of any batches", () => {
  const batches = fc.array(fc.array(fc.nat(), { maxLength: 20 }), { maxLength: 12 });
  fc.assert(fc.property(batches, fc.integer({ min: 1, max: 16 }), (added, capacity) => {
    const feed = new Feed<number>(capacity);
    for (const batch of added) feed.add(batch);
    const all = added.flat();
    assert.deepEqual(feed.entries, all.slice(-capacity));
  }));
});

Deno.test("Feed.clear() begins anew", () => {
  const feed = new Feed<string>(1);
  feed.add(["a", "b"]);
  feed.clear();
  assert.deepEqual(feed.entries, []);
});
