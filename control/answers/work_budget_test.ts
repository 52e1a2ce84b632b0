import assert from "node:assert/strict";
import { ClientBudget, WorkBudget } from "./work_budget.ts";

Deno.test("WorkBudget gives its share of the time that passes, saves some up and remembers some of what is owed", () => {
  let nowMs = 0;
  const budget = new WorkBudget(0.25, 50, 10, () => nowMs);
  assert.equal(budget.leftMs, 10);
  budget.spend(30);
  assert.equal(budget.leftMs, -20);
  nowMs += 100;
  assert.equal(budget.leftMs, 5);
  nowMs += 10_000;
  assert.equal(budget.leftMs, 50);
  budget.spend(10_000);
  assert.equal(budget.leftMs, -50);
});

Deno.test("ClientBudget has time while its own or the shared budget has, and takes what it does off both", () => {
  const shared = new WorkBudget(0, 100, 1, () => 0);
  const own = new WorkBudget(0, 100, 1, () => 0);
  const client = new ClientBudget(own, shared);
  shared.spend(5);
  assert.ok(client.hasTime);
  own.spend(5);
  assert.ok(!client.hasTime);
  // Also while its own is used up and the shared one is not.
  const poor = new WorkBudget(0, 100, -5, () => 0);
  const rich = new WorkBudget(0, 100, 3, () => 0);
  const other = new ClientBudget(poor, rich);
  assert.ok(other.hasTime);
  other.took(2);
  assert.deepEqual([poor.leftMs, rich.leftMs, other.hasTime], [-7, 1, true]);
  other.took(1);
  assert.deepEqual([poor.leftMs, rich.leftMs, other.hasTime], [-8, 0, false]);
  client.sent(200_000);
  const startMs = performance.now();
  assert.equal(client.measure(() => (Array.from({ length: 1e5 }, String).length, 7)), 7);
  const tookMs = performance.now() - startMs;
  for (const { leftMs } of [own, shared]) assert.ok(leftMs < -6 && leftMs >= -6 - tookMs, `${leftMs}`);
});
