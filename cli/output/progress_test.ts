import assert from "node:assert/strict";
import type { RuntimeStats } from "../../core/stats.ts";
import { deviceLosses } from "./device_losses.ts";
import { type Position, readMediaLength, readPosition } from "./position.ts";
import { formatSpeed, renderBar, renderPosition } from "./progress.ts";

const HALF: Position = {
  elapsedNs: 2e8,
  positionNs: 4e9,
  totalNs: 8e9,
  speed: 20,
  dropped: 3,
  losses: [],
  framesRead: 1_500,
};
const WORDS = "50 %, 0:04.0 of 0:08.0, 20.0 × real time, 3 dropped";

/** Figures with nothing but what a position is read from. */
function stats(nodes: { id: string; progress?: { doneNs: number; totalNs?: number } }[]): RuntimeStats {
  const dropped = { full: 1, skipped: 2, unlinked: 3, laneLost: 4 };
  const links = [5, 6].map((read) => ({ policy: "roll-off", dropped, read }));
  return { elapsedNs: 1e9, nodes, links } as unknown as RuntimeStats;
}

Deno.test("renderPosition() says what is known", () => {
  assert.equal(renderPosition(HALF), WORDS);
  assert.equal(renderPosition({ ...HALF, totalNs: undefined }), "0:04.0, 20.0 × real time, 3 dropped");
  assert.equal(
    renderPosition({ elapsedNs: 2e9, dropped: 0, framesRead: 1_500 }),
    "0:02.0, 1 500 frames read, 0 dropped",
  );
  assert.match(renderPosition({ ...HALF, positionNs: 9e9 }), /^100 %, /);
});

Deno.test("renderPosition() says what devices have lost", () => {
  const nodes: Parameters<typeof deviceLosses>[0] = [
    { id: "screen", type: "screen", figures: { frames: 90, late: 1 } },
    { id: "mic", type: "microphone", figures: { lost: 4_800, xruns: 0 } },
    { id: "out", type: "media-sink", figures: { lost: 7 } },
    { id: "speaker", type: "speaker", figures: { frames: 9, lost: 0, xruns: 2 } },
    { id: "display", type: "display", figures: { shown: 9, late: 1 } },
  ];
  assert.equal(
    renderPosition({ ...HALF, losses: deviceLosses(nodes) }),
    `${WORDS}, screen left out 1 picture, mic lost 4 800 samples, speaker ran dry 2 times, display had 1 picture too late`,
  );
});

Deno.test("renderBar() draws as much as is done, and leaves the bar out where it does not fit", () => {
  assert.equal(renderBar(HALF, 100), `${"█".repeat(12)}${"░".repeat(12)} ${WORDS}`);
  assert.equal(renderBar(HALF, WORDS.length + 25), `${"█".repeat(12)}${"░".repeat(12)} ${WORDS}`);
  assert.equal(renderBar(HALF, WORDS.length + 24), WORDS);
  assert.equal(renderBar(HALF, 10), WORDS.slice(0, 10));
  assert.equal(renderBar(HALF, -1), "");
});

Deno.test("formatSpeed() keeps three digits", () => {
  assert.deepEqual([0.984, 38.24, 1_204.4].map(formatSpeed), ["0.98", "38.2", "1 204"]);
});

Deno.test("readPosition() takes the source whose end is furthest away", () => {
  const nodes = [
    { id: "a", progress: { doneNs: 9e9, totalNs: 10e9 } },
    { id: "b", progress: { doneNs: 8e9, totalNs: 12e9 } },
    { id: "x", progress: { doneNs: 5e9 } },
    { id: "y", progress: { doneNs: 4e9 } },
    { id: "z" },
  ];
  assert.deepEqual(readPosition(stats(nodes), new Set(["x", "y", "z"])), {
    elapsedNs: 1e9,
    positionNs: 8e9,
    totalNs: 12e9,
    speed: 8,
    dropped: 20,
    losses: [],
    framesRead: 11,
  });
});

Deno.test("readPosition() takes the slowest sink where no source knows its end", () => {
  const nodes = [
    { id: "a", progress: { doneNs: 9e9 } },
    ...["x", "y"].map((id, k) => ({
      id,
      progress: { doneNs: (5 - k) * 1e9 },
    })),
  ];
  assert.equal(readPosition(stats(nodes), new Set(["x", "y"])).positionNs, 4e9);
});

Deno.test("readMediaLength() takes the node that went furthest, and nothing where none tells", () => {
  const nodes = [{ id: "a", progress: { doneNs: 9e9, totalNs: 9e9 } }, { id: "x", progress: { doneNs: 10e9 } }];
  assert.equal(readMediaLength(stats(nodes)), 10e9);
  assert.equal(readMediaLength(stats([{ id: "x" }])), undefined);
});

Deno.test("readPosition() takes the furthest source where no sink tells, and nothing where none does", () => {
  const sources = [{ id: "a", progress: { doneNs: 2e9 } }, { id: "b", progress: { doneNs: 3e9 } }, { id: "x" }];
  assert.equal(readPosition(stats(sources), new Set(["x"])).positionNs, 3e9);
  const none = readPosition(stats([{ id: "x" }]), new Set(["x"]));
  assert.deepEqual([none.positionNs, none.totalNs, none.speed], [undefined, undefined, undefined]);
});
