import { deepEqual, equal } from "node:assert/strict";
import { CONTROL } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { SerializedError } from "../../errors.ts";
import { emptyWork } from "../../live/lane_work.ts";
import { nodeId } from "../../ids.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { LaneEditor } from "./lane_editor.ts";
import type { LaneCommand } from "../messages.ts";
import { standstillOf } from "./standstill.ts";
import { newTurn } from "./turn.ts";

/** Index of the lane. */
const HERE = 0;

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** An edit that changes nothing, with the given parts for a lane to prepare. */
function prepare(epoch: number, parts: Partial<Prepare> = {}): Prepare {
  return { kind: "prepare", epoch, pools: [], turn: newTurn(), ...emptyWork(), ...parts };
}

/** A lane without nodes, or with some that are never run. */
function setUp(paused = false, cells: readonly NodeCell[] = []) {
  const sizes = { lanes: 2, links: 1, nodes: 1 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const did: string[] = [];
  const lane = {
    index: HERE,
    page,
    cells,
    pools: [{ flushMagazine: () => void did.push("flushed") }],
    paused,
    isGivenUp: false,
    nowNs: () => 0,
    endIfGivenUp: () => false,
    openPools: () => {},
    driver: { ringBell: () => {} },
    ranksChanged: () => {},
    inserted: () => {},
    tellAllNews: () => void did.push("told"),
    site: {
      post: (report: { readonly kind: string; readonly epoch: number; readonly error?: SerializedError }) =>
        void did.push([report.kind, report.epoch, ...report.error ? [report.error.code] : []].join(" ")),
      // Never settles: an edit that needs the type waits.
      findType: () => new Promise(() => {}),
    },
  } as unknown as Lane;
  const commit = (epoch: number) => Atomics.store(page.u32, CONTROL.epoch >> 2, epoch);
  return { editor: new LaneEditor(lane), did, commit };
}

/** A node whose type never arrives. */
const ENDLESS = { nodes: [{ id: "a" }] } as unknown as Partial<Prepare>;

Deno.test("LaneEditor.due holds for the epoch of what is ready alone, and until it is applied", async () => {
  const { editor, did, commit } = setUp();
  await editor.prepare(prepare(2));
  const due = [0, 1, 2, 3].map((epoch) => {
    commit(epoch);
    return editor.due;
  });
  deepEqual(due, [false, false, true, false]);
  commit(2);
  editor.apply();
  equal(editor.due, false);
  deepEqual(did, ["prepared 2", "applied 2"]);
});

Deno.test("LaneEditor.abort() drops what is ready of its own epoch, and of no other", async () => {
  const { editor, commit } = setUp();
  await editor.prepare(prepare(2));
  commit(2);
  await editor.abort({ kind: "abort", epoch: 1 });
  equal(editor.due, true);
  await editor.abort({ kind: "abort", epoch: 2 });
  equal(editor.due, false);
});

Deno.test("LaneEditor.prepare() is given up by the abort of its own epoch, and by no other", async () => {
  const { editor, did } = setUp();
  const preparing = editor.prepare(prepare(2, ENDLESS));
  await editor.abort({ kind: "abort", epoch: 1 });
  await new Promise((resolve) => setTimeout(resolve));
  deepEqual([editor.busy, did], [true, []]);
  await editor.abort({ kind: "abort", epoch: 2 });
  await preparing;
  deepEqual([editor.busy, did], [false, ["refused 2 Timeout"]]);
});

Deno.test("LaneEditor.prepare() waits until the attempt before it has let go of nodes", async () => {
  const { editor, did } = setUp();
  void editor.prepare(prepare(1, ENDLESS));
  void editor.prepare(prepare(2));
  await new Promise((resolve) => setTimeout(resolve));
  deepEqual(did, []);
});

Deno.test("LaneEditor.abort() ends a handover that waits for other lanes, and lets go of its nodes before the next edit", async () => {
  const woken: boolean[] = [];
  const cell = { id: nodeId("a"), held: false, pending: false, mode: "push", wake: () => void woken.push(cell.held) };
  const { editor, did } = setUp(false, [cell as unknown as NodeCell]);
  await editor.prepare(prepare(1));
  // A lane that never quiesces its node.
  const standstill = standstillOf([nodeId("elsewhere"), cell.id]);
  const handing = editor.handOver({ kind: "handOver", epoch: 1, standstill, stateless: [] });
  await new Promise((resolve) => setTimeout(resolve));
  const preparing = editor.prepare(prepare(2));
  deepEqual([did, editor.busy], [["prepared 1"], true]);
  await editor.abort({ kind: "abort", epoch: 1 });
  await Promise.all([handing, preparing]);
  deepEqual([did, woken, editor.busy], [["prepared 1", "refused 1 Timeout", "prepared 2"], [false], false]);
});

Deno.test("LaneEditor.drop() gives up what is made ready, drops what is, and has nothing made ready any more", async () => {
  const making = setUp();
  const preparing = making.editor.prepare(prepare(1, ENDLESS));
  making.editor.drop();
  await preparing;
  await making.editor.retired();
  await making.editor.prepare(prepare(2));
  deepEqual(making.did, ["refused 1 Timeout", "refused 2 Timeout"]);

  const ready = setUp();
  await ready.editor.prepare(prepare(1));
  ready.editor.drop();
  ready.commit(1);
  equal(ready.editor.due, false);
});

Deno.test("LaneEditor.handOver() tells what nodes have reported before it offers them, so that their successors report later", async () => {
  const node = nodeId("a");
  const cell = { id: node, number: 1, mode: "external", carry: {}, instance: { processor: {} }, publish() {} };
  const { editor, did } = setUp(false, [cell as unknown as NodeCell]);
  const { nodes, inspect, edit } = emptyWork();
  edit.handovers.push({ node, from: HERE, to: HERE + 1, state: "anew" });
  await editor.prepare(prepare(1, { nodes, inspect, edit }));
  await editor.handOver({ kind: "handOver", epoch: 1, standstill: standstillOf([]), stateless: [] });
  deepEqual(did, ["prepared 1", "told", "offered 1", "tried 1"]);
});

Deno.test("LaneEditor keeps no free slots on a lane at rest once it waits for nothing", async () => {
  for (const paused of [false, true]) {
    const { editor, did } = setUp(paused);
    await editor.prepare(prepare(1));
    deepEqual(did, ["prepared 1", ...paused ? ["flushed"] : []]);
  }
});
