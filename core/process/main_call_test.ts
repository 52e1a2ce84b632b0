import { deepEqual, equal } from "node:assert/strict";
import { LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { index32, index64 } from "../element_index.ts";
import { MainCalls } from "./main_call.ts";

const BAD = { index: 1, id: "bad", type: "faulty", callTimeoutMs: 3_000 };
const LIMITS = { stuckAfterMs: 1_000, setupTimeoutMs: 5_000, stopTimeoutMs: 0 };

/** Lane `main` with a node, as the lane itself shows it. */
function lane(limits = LIMITS, node = BAD) {
  const sizes = { lanes: 1, links: 0, nodes: 2 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const calls = new MainCalls(page, limits);
  calls.add(node);
  const at = page.laneOffset(0);
  return {
    calls,
    /** The lane calls the node of a record. */
    call(index: number) {
      page.u32[index32(at + LANE.currentNode)] = index + 1;
      page.u32[index32(at + LANE.calls)]++;
    },
    /** A round is over, and nothing is called. */
    rest() {
      page.u32[index32(at + LANE.currentNode)] = 0;
      page.f64[index64(at + LANE.rounds)]++;
    },
    phase(phase: number) {
      page.u32[index32(page.nodeOffset(BAD.index) + NODE.phase)] = phase;
    },
  };
}

/** What each of some looks found, a look every half second. */
function look(calls: MainCalls, looks: number, before = () => {}): (string | undefined)[] {
  return Array.from({ length: looks }, (_, k) => {
    before();
    const found = calls.look(k * 500);
    return found && `${found.node.id} ${found.forMs} of ${found.limitMs}${found.isNews ? ", news" : ""}`;
  });
}

Deno.test("MainCalls tells once of a call that goes on, and for how long it does", () => {
  const { calls, call } = lane();
  call(1);
  deepEqual(look(calls, 5), [
    undefined,
    "bad 500 of 3000",
    "bad 1000 of 3000, news",
    "bad 1500 of 3000",
    "bad 2000 of 3000",
  ]);
});

Deno.test("MainCalls tells of no node that is called again and again", () => {
  const { calls, call } = lane();
  deepEqual(look(calls, 5, () => call(1)), Array(5).fill(undefined));
});

Deno.test("MainCalls blames no node for what holds the thread outside of calls, nor one that it does not know", () => {
  const { calls, call, rest } = lane();
  call(1);
  equal(calls.look(0), undefined);
  rest();
  deepEqual(look(calls, 5), Array(5).fill(undefined));
  call(0);
  deepEqual(look(calls, 5), Array(5).fill(undefined));
});

Deno.test("MainCalls counts a second at most for a look, however late it comes", () => {
  const { calls, call } = lane();
  call(1);
  calls.look(0);
  equal(calls.look(60_000)?.forMs, 1_000);
});

Deno.test("MainCalls knows setup() from other calls, and 0 is for ever", () => {
  const { calls, call, phase } = lane();
  call(1);
  phase(PHASE.setup);
  deepEqual(look(calls, 3).at(-1), "bad 1000 of 5000, news");
  const free = lane({ ...LIMITS, stuckAfterMs: 0 }, { ...BAD, callTimeoutMs: 0 });
  free.call(1);
  deepEqual(look(free.calls, 100).at(-1), "bad 49500 of Infinity");
});

Deno.test("MainCalls is looked at four times within the shortest limit, and never without one", () => {
  equal(lane().calls.everyMs, 250);
  equal(lane({ ...LIMITS, stuckAfterMs: 30_000 }, { ...BAD, callTimeoutMs: 100 }).calls.everyMs, 25);
  const none = { stuckAfterMs: 0, setupTimeoutMs: 0, stopTimeoutMs: 0 };
  equal(lane(none, { ...BAD, callTimeoutMs: 0 }).calls.everyMs, Infinity);
});

Deno.test("MainCalls tells for how long of a call a stop has been asked for, and looks on without a limit", () => {
  const { calls, call, rest } = lane({ stuckAfterMs: 0, setupTimeoutMs: 0, stopTimeoutMs: 0 }, {
    ...BAD,
    callTimeoutMs: 0,
  });
  const inStopMs = (nowMs: number) => calls.look(nowMs)?.inStopMs;
  call(1);
  deepEqual([inStopMs(0), inStopMs(1_000)], [undefined, 0]);
  calls.beginStop(1_400);
  equal(calls.everyMs, 500);
  deepEqual([inStopMs(1_500), inStopMs(2_000)], [100, 600]);
  rest();
  call(1);
  deepEqual([inStopMs(2_500), inStopMs(3_000)], [undefined, 500]);
});
