import assert from "node:assert/strict";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { cardText, faultText, labelText } from "./card_text.ts";
import type { LinkFigures, NodeFigures } from "./graph_figures.ts";

const node: NodeFigures = {
  health: "healthy",
  state: "running",
  ticks: 10,
  ticksPerSecond: 94,
  busyShare: 0.1,
  tickP50Ns: 12_000,
  tickP99Ns: 85_000,
  errors: 0,
  blockedOnLink: -1,
  inCallMs: 0,
};
const link: LinkFigures = {
  health: "dropping",
  written: 100,
  read: 90,
  dropped: 8,
  queued: 2,
  capacity: 8,
  writtenPerSecond: 100,
  readPerSecond: 94,
  droppedPerSecond: 6,
  unseenDrops: 8,
  unseenLost: 7,
  lossAgoMs: 100,
  isFull: false,
  ageNs: 12e6,
};

Deno.test("cardText() says no word while all is well, and how long a node has been stuck", () => {
  assert.deepEqual(cardText(node), { condition: "", rate: "94/s", ticks: "p50 12 µs · p99 85 µs", errors: "" });
  const stuck = cardText({ ...node, health: "stuck", inCallMs: 1800, errors: 1 });
  assert.equal(stuck.condition, "stuck 1.8 s");
  assert.equal(stuck.errors, "1 error");
  assert.equal(cardText(undefined).ticks, "");
  assert.equal(cardText({ ...node, ticks: 0 }).ticks, "no tick yet");
});

Deno.test("labelText() counts drops, names their reasons, and tells how full a link is", () => {
  const links = { droppedFull: [7], droppedSkipped: [1], droppedUnlinked: [0], droppedLaneLost: [0] };
  const frame = { links } as unknown as StatsFrame;
  assert.deepEqual(labelText(link, frame, 0), {
    rate: "94/s",
    depth: "2/8",
    fill: 0.25,
    age: "12 ms",
    drops: "8 dropped",
    allDrops: "7 full, 1 skipped; lost last within the last minute",
    short: "94/s 2/8 ▾8",
    fault: "7 dropped",
    faultAgo: "just now",
  });
  assert.equal(labelText({ ...link, written: 0, dropped: 0, unseenDrops: 0 }, frame, 0).age, "no frame yet");
  // A loss of long ago is shown with its time, and one that somebody has acknowledged is not.
  const old = labelText({ ...link, lossAgoMs: 300_000 }, frame, 0);
  assert.deepEqual([old.drops, old.allDrops], ["8 dropped · 5 min", "7 full, 1 skipped; lost last 5 min ago"]);
  assert.equal(labelText({ ...link, lossAgoMs: 7.5e6 * 2 }, frame, 0).drops, "8 dropped · 4 h");
  const seen = labelText({ ...link, unseenDrops: 0 }, frame, 0);
  assert.deepEqual([seen.drops, seen.short], ["", "94/s 2/8"]);
  const skipping = { links: { ...links, droppedFull: [0] } } as unknown as StatsFrame;
  assert.equal(labelText({ ...link, lossAgoMs: Infinity }, skipping, 0).allDrops, "1 skipped");
});

Deno.test("faultText() has the frames that were lost with when that was, then what is wrong now, and nothing while all is well", () => {
  const words = (change: Partial<LinkFigures>) => {
    const { fault, faultAgo } = faultText({ ...link, ...change });
    return faultAgo === "" ? fault : `${fault}, ${faultAgo}`;
  };
  // It stays when the link is well again.
  assert.equal(words({ health: "healthy", unseenLost: 127, lossAgoMs: 42_000 }), "127 dropped, 40 s ago");
  assert.equal(words({ health: "healthy", unseenLost: 127, lossAgoMs: 300_000 }), "127 dropped, 5 min ago");
  assert.equal(words({ unseenLost: 127, lossAgoMs: Infinity }), "127 dropped");
  const well = { health: "healthy", unseenLost: 0 } as const;
  assert.equal(words(well), "");
  assert.equal(words({ ...well, isFull: true, queued: 8 }), "full 8/8");
  assert.equal(words({ ...well, health: "blocked", queued: 8 }), "full 8/8");
  assert.equal(words({ ...well, health: "late", ageNs: 2.3e9 }), "late 2.3 s");
  assert.equal(words({ ...well, health: "ended" }), "");
});

Deno.test("cardText() says that a node waits, and for a link to which input", () => {
  const { condition, ticks } = cardText({ ...node, health: "idle", ticks: 0, awaits: "audioIn" });
  assert.deepEqual([condition, ticks], ["waiting", "for a link to audioIn"]);
});
