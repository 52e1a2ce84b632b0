import { deepEqual, equal } from "node:assert/strict";
import type { NativeLane } from "../../../ffi/native_lane.ts";
import type { NativeCommand } from "../../../ffi/native_messages.ts";
import { bench, entriesIn, linkPlan } from "../../../tests/fixtures/slots.ts";
import type { NativeDriver } from "../../driver/native.ts";
import { emptyRest } from "../../links/link_move.ts";
import { nativeNodes } from "../../registry/fixtures/test_stages.ts";
import { claim } from "../edits/loan.ts";
import type { LaneInit, NodePlan } from "../messages.ts";
import { NativeLanePort } from "./native_lane_port.ts";

const LANE = 1;

/** A lane that runs nothing, with the node that a link leads to, and the commands that the library gets. */
function setUp() {
  const sent: NativeCommand[] = [];
  const send = (command: NativeCommand) => void sent.push(command);
  const lane = { send, nextReport: () => undefined, [Symbol.dispose]: () => {} } as unknown as NativeLane;
  const driver = { startNativeLane: () => lane, lookAtMain: () => false } as unknown as NativeDriver;
  const link = linkPlan("audio", "lossless", 4);
  const { type } = nativeNodes.nativeSink();
  const port = new NativeLanePort(
    { name: "native", index: LANE, pools: [], schedule: {} } as unknown as LaneInit,
    driver,
    new Map([[link.toNode, type]]),
    () => {},
  );
  const node = { id: link.toNode, index: 0, type: type.descriptor.type, config: {} } as NodePlan;
  port.send({ kind: "open", nodes: [node], links: [], states: new Map() });
  return { port, link, sent };
}

for (const first of ["the lane", "the session"] as const) {
  Deno.test(`NativeLanePort gives the library ${first === "the lane" ? "" : "no "}frames of a link that ${first} has claimed first`, () => {
    const { port, link, sent } = setUp();
    const entries = entriesIn(bench(4).pool, 2);
    const claimed = { claim: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
    if (first === "the session") equal(claim(claimed), true);
    const move = { before: link, after: link, writer: { from: 0, to: 0 }, reader: { from: 0, to: LANE } };
    const rests = [{ ...emptyRest(link.index), entries, gapAhead: true }];
    port.send({ kind: "attach", epoch: 2, ...claimed, moves: [move], rests });
    port.terminate();
    deepEqual(sent.map(({ rests }) => rests), [[{ ...rests[0], entries: first === "the lane" ? entries : [] }]]);
    equal(claim(claimed), false, "nobody else has them");
  });
}
