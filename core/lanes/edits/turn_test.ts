import { deepEqual, equal } from "node:assert/strict";
import { beginToApply, beginToGive, leaveOut, newTurn } from "./turn.ts";

Deno.test("a lane applies an edit, and the session does not do without it once it gives away", () => {
  const turn = newTurn();
  deepEqual([beginToApply(turn), beginToApply(turn)], [true, false]);
  equal(beginToGive(turn), true);
  equal(leaveOut(turn), false);
});

for (const [when, steps] of [["has not begun", []], ["applies it", [beginToApply]]] as const) {
  Deno.test(`a lane that ${when} when the session does without it goes no further`, () => {
    const turn = newTurn();
    for (const step of steps) step(turn);
    deepEqual([leaveOut(turn), leaveOut(turn)], [true, true]);
    deepEqual([beginToApply(turn), beginToGive(turn)], [false, false]);
  });
}
