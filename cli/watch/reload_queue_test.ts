import assert from "node:assert/strict";
import { ReloadQueue } from "./reload_queue.ts";
import type { SourceChange } from "./source_watch.ts";

/** A queue whose reloads are over when they are told to be. */
function held(): { queue: ReloadQueue; begun: SourceChange[]; end: () => Promise<void> } {
  const begun: SourceChange[] = [];
  const ends: (() => void)[] = [];
  const queue = new ReloadQueue((change) => {
    begun.push(change);
    return new Promise((resolve) => ends.push(resolve));
  });
  return {
    queue,
    begun,
    async end() {
      ends.shift()!();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

const GOOD = { hasOtherMap: false };

Deno.test("ReloadQueue makes one change of those that come while a reload is under way", async () => {
  const { queue, begun, end } = held();
  queue.add({ changed: ["a.ts"], ...GOOD });
  queue.add({ changed: ["b.ts", "c.ts"], hasOtherMap: true, refused: "b.ts:1:1: no" });
  queue.add({ changed: ["a.ts", "c.ts"], ...GOOD });
  assert.deepEqual(begun, [{ changed: ["a.ts"], ...GOOD }]);
  const { idle } = queue;
  await end();
  assert.deepEqual(begun.slice(1), [{ changed: ["a.ts", "b.ts", "c.ts"], hasOtherMap: true }]);
  await end();
  await idle;
  assert.equal(begun.length, 2);
});

Deno.test("ReloadQueue keeps what the generator refuses of the newest texts", async () => {
  const { queue, begun, end } = held();
  queue.add({ changed: ["a.ts"], ...GOOD });
  for (const refused of [undefined, "a.ts:1:1: no", "a.ts:2:2: no"]) {
    queue.add({ changed: ["a.ts"], ...GOOD, ...(refused && { refused }) });
  }
  await end();
  assert.deepEqual(begun.slice(1), [{ changed: ["a.ts"], ...GOOD, refused: "a.ts:2:2: no" }]);
});

Deno.test("ReloadQueue reloads at once what comes after it was idle", async () => {
  const { queue, begun, end } = held();
  await queue.idle;
  for (const changed of [["a.ts"], ["b.ts"]]) {
    queue.add({ changed, ...GOOD });
    await end();
    await queue.idle;
  }
  assert.deepEqual(begun.map(({ changed }) => changed), [["a.ts"], ["b.ts"]]);
});
