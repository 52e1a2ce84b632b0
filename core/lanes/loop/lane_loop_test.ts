import { deepEqual, ok } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { LANE } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { index32 } from "../../element_index.ts";
import type { LaneEditor } from "../edits/lane_editor.ts";
import { MESSAGE_INBOX_BIT } from "../inbox_bits.ts";
import type { Lane } from "../lane/lane.ts";
import type { LaneFaults } from "../lane/lane_faults.ts";
import { LaneLoop } from "./lane_loop.ts";

/** Turns of the event loop before a message arrives that was posted before the lane's check: it is on its way. */
const TURNS = 5;

/** A lane that ends with its first park, with the parts that its loop needs. */
function idleLane(page: ControlPage, seen: string[]) {
  /** How often the clock was read. */
  let reads = 0;
  const park = (how: string) => {
    seen.push(how);
    lane.running = false;
  };
  const lane = {
    index: 0,
    page,
    site: { mayBlock: true },
    cells: [],
    pools: [],
    timedCells: [],
    wakeables: [],
    ready: { size: 0 },
    pending: 0,
    usesEventLoop: false,
    mode: "live",
    running: false,
    paused: false,
    ranFromNs: 0,
    nowNs: () => ++reads,
    stampNs: () => reads,
    endIfGivenUp: () => false,
    tellNews: () => {},
    flushWriters: () => {},
    publish: () => {},
    driver: { park: () => park("parked"), parkAsync: () => Promise.resolve(park("parked without blocking")) },
  };
  return lane;
}

function loopOf(lane: ReturnType<typeof idleLane>): LaneLoop {
  const edits = { due: false, leaving: false, busy: false };
  return new LaneLoop(lane as unknown as Lane, edits as unknown as LaneEditor, {} as LaneFaults);
}

function formatPage(): ControlPage {
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  return ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
}

for (const usesEventLoop of [false, true]) {
  const how = usesEventLoop ? "parked without blocking" : "parked";
  Deno.test(`LaneLoop.run(): a lane whose nodes ${usesEventLoop ? "" : "do not "}use its event loop is ${how}`, async () => {
    const seen: string[] = [];
    const lane = Object.assign(idleLane(formatPage(), seen), { usesEventLoop });
    await loopOf(lane).run();
    deepEqual(seen, [how]);
  });
}

Deno.test("LaneLoop.run() parks only once each message that was posted has come, also where the bit tells of two", async () => {
  const page = formatPage();
  const seen: string[] = [];
  const loop = loopOf(idleLane(page, seen));
  for (let sent = 1; sent <= 2; sent++) page.tellCommands(0, sent);
  Atomics.or(page.i32, index32(page.laneOffset(0) + LANE.inbox), 1 << MESSAGE_INBOX_BIT);
  Atomics.or(page.i32, index32(page.laneOffset(0) + LANE.inboxSummary), 1);
  loop.messageCame();
  const over = loop.run();
  for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  seen.push("came");
  loop.messageCame();
  await over;
  deepEqual(seen, ["came", "parked"]);
});

Deno.test("LaneLoop.run() leaves its thread to the event loop within 50 ms, whether frames come or none", async () => {
  for (const everyMs of [1, 20, Infinity]) {
    let nowNs = 0;
    let openedNs = 0;
    const gaps: number[] = [];
    const lane = idleLane(formatPage(), []);
    const park = (timeoutMs: number) => {
      nowNs += Math.min(timeoutMs, everyMs) * 1e6;
      if (nowNs > 5e9) lane.running = false;
    };
    Object.assign(lane, {
      nowNs: () => nowNs += 1_000,
      stampNs: () => nowNs,
      driver: {
        park: (_lane: number, _bell: number, timeoutMs: number) => park(timeoutMs),
        parkAsync: (_lane: number, _bell: number, timeoutMs: number) => {
          gaps.push((nowNs - openedNs) / 1e6);
          lane.running = gaps.length < 4;
          park(timeoutMs);
          openedNs = nowNs;
          return Promise.resolve();
        },
      },
    });
    await loopOf(lane).run();
    ok(gaps.length === 4 && gaps.every((ms) => ms > 20 && ms < 50), `a frame every ${everyMs} ms: ${gaps}`);
  }
});
