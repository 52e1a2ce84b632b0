import { deepEqual, equal, ok } from "node:assert/strict";
import type { Frame } from "../frames/frame.ts";
import { Ledger } from "./ledger.ts";

const FRAMES = 5_000;

/** A frame as a ledger sees it, which notes each access. */
class NotedFrame {
  looks = 0;
  retainedNow = 0;
  #owned = 0;

  get owned(): number {
    this.looks++;
    return this.#owned;
  }
  set owned(references: number) {
    this.#owned = references;
  }
}

/** Runs a tick that always has two frames in hand: it gives the older one away after it has taken the next. */
function overlapping(ledger: Ledger): NotedFrame[] {
  const frames = Array.from({ length: FRAMES }, () => new NotedFrame());
  for (const [k, frame] of frames.entries()) {
    ledger.add(frame as unknown as Frame);
    if (k > 0) frames[k - 1].owned = 0;
  }
  return frames;
}

Deno.test("Ledger.add() forgets frames that were given away after others came: a tick that lasts keeps no more of them", () => {
  const ledger = new Ledger();
  const frames = overlapping(ledger);
  for (const frame of frames) frame.looks = 0;
  frames[FRAMES - 1].owned = 0;
  ledger.releaseAll();
  const kept = frames.filter(({ looks }) => looks > 0).length;
  ok(kept < FRAMES / 10, `${kept} of ${FRAMES}`);
});

Deno.test("Ledger.held() counts the frames that the tick has in hand, and none that it gave away", () => {
  const ledger = new Ledger();
  const frames = Array.from({ length: 4 }, () => new NotedFrame());
  const held = frames.map((frame) => {
    ledger.add(frame as unknown as Frame);
    return ledger.held();
  });
  deepEqual(held, [1, 2, 3, 4]);
  frames[1].owned = 0;
  equal(ledger.held(), 3);
  frames[3].owned = 0;
  equal(ledger.held(), 2);
});
