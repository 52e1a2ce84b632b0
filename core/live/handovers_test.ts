/** The commands to lanes when nodes move between them, and the clean-up of a move that does not take place. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { BLOCKED, ENTRY, LINK, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { faulty } from "../../tests/fixtures/faulty.ts";
import { checkingSink, collect, numberedSource, pass } from "../../tests/fixtures/numbered.ts";
import { appliedOf, type ScriptedGraph, scriptedGraph, TRIAL_MS } from "../../tests/fixtures/scripted_lanes.ts";
import { entriesIn, freeSlots } from "../../tests/fixtures/slots.ts";
import { type SerializedError, serializeError } from "../errors.ts";
import type { Loan } from "../lanes/messages.ts";
import { emptyRest, type LinkRest } from "../links/link_move.ts";
import type { GraphEdit } from "./graph_edit.ts";

/** Moves, each of which uses a few bits at most. */
const ROUNDS = 10;

const REFUSAL: SerializedError = serializeError(new Error("no device, on purpose"));

/** source and middle on lane "near", sink on lane "far", found on main, by a link that carries data. */
function graph(): ScriptedGraph {
  return scriptedGraph(["near", "far", "other"], (edit) => {
    edit.add(numberedSource(), { id: "source", lane: "near" });
    edit.add(pass(), { id: "middle", lane: "near" });
    edit.add(checkingSink(), { id: "sink", lane: "far" });
    edit.add(collect(), { id: "found" });
    edit.connectByName("source.audio", "middle.audioIn");
    edit.connectByName("middle.audioOut", "sink.audio");
    edit.connectByName("sink.findings", "found.data");
  });
}

Deno.test("Handovers gives back what was lent for a first tick where neither lane is there to do it", async () => {
  const run = graph();
  const [pool] = run.memory.pools;
  const before = freeSlots(pool);
  const slot = pool.takeSlot();
  pool.giveAway(slot);
  const plan = run.lane("near");
  const loan: Loan = {
    claim: new SharedArrayBuffer(4),
    waitMs: TRIAL_MS,
    inputs: [{ plan: undefined as never, entries: [slot | (pool.index << ENTRY.poolShift)] }],
    outputs: [],
  };
  plan.answers.offer = (epoch, nodes) => (
    { kind: "offered", epoch, nodes: nodes.map((node) => ({ node, carry: undefined as never, loan })) }
  );
  run.lane("other").answers.accept = ({ epoch }) => {
    deepEqual([new Int32Array(loan.claim)[0], freeSlots(pool)], [0, before - 1]);
    return { kind: "refused", epoch, error: REFUSAL };
  };
  await rejects(run.edit((edit) => void edit.replace("middle", faulty({ how: "none" }), { lane: "other" })), {
    message: REFUSAL.message,
  });
  deepEqual([new Int32Array(loan.claim)[0], freeSlots(pool)], [1, before]);
  equal(pool.freeInMagazine, 0, "any lane can have it");
});

Deno.test("Handovers frees what a lane has let go of for one that ends before it takes it up", async () => {
  const run = graph();
  const [pool] = run.memory.pools;
  const before = freeSlots(pool);
  const slot = pool.takeSlot();
  pool.giveAway(slot);
  const link = run.topology.connections.intoNode(run.topology.node("middle").id)[0].index;
  run.lane("near").answers.apply = (epoch) => {
    const rest: LinkRest = { ...emptyRest(link), entries: [slot | (pool.index << ENTRY.poolShift)] };
    return { ...appliedOf(epoch), rests: [rest] };
  };
  const { answers } = run.lane("other");
  answers.apply = () => {
    run.lose("other", new Error("the thread has ended, on purpose"));
    return undefined;
  };
  await run.edit((edit) => edit.move("middle", "other"));
  equal(run.lane("other").last("attach").rests[0].entries.length, 1);
  equal(freeSlots(pool), before);
  equal(pool.freeInMagazine, 0, "any lane can have it");
});

Deno.test("Handovers counts as lost what a lane had written and not handed over, and not what rests in the ring or was handed over", async () => {
  const run = graph();
  const { pools: [pool], page } = run.memory;
  const { index } = run.topology.connections.intoNode(run.topology.node("sink").id)[0];
  const count = (field: number) => (page.linkOffset(index) + field) >> 3;
  const [ring] = run.driver.rings;
  for (const entry of entriesIn(pool, 3)) run.driver.openWriter(ring).push(entry);
  page.f64[count(LINK.written)] = 10;
  page.f64[count(LINK.read)] = 2;
  const entries = entriesIn(pool, 2);
  run.lane("far").answers.apply = (epoch) => ({ ...appliedOf(epoch), rests: [{ ...emptyRest(index), entries }] });
  run.lane("near").answers.apply = () => {
    run.lose("near", new Error("the thread has ended, on purpose"));
    return undefined;
  };
  await run.edit((edit) => {
    edit.move("middle", "other");
    edit.move("sink", "other");
  });
  deepEqual([LINK.written, LINK.droppedLaneLost].map((field) => page.f64[count(field)]), [10, 3]);
});

Deno.test("Handovers lets a node's counts go on in its new record, and not what it was doing on the lane it leaves", async () => {
  const run = graph();
  const { page } = run.memory;
  const field = (index: number, of: number) => page.u32[(page.nodeOffset(index) + of) >> 2];
  const before = run.topology.nodes.get(run.topology.node("middle").id)!.index;
  page.f64[(page.nodeOffset(before) + NODE.ticks) >> 3] = 7;
  page.u32[(page.nodeOffset(before) + NODE.phase) >> 2] = PHASE.process;
  page.u32[(page.nodeOffset(before) + NODE.blockedKind) >> 2] = BLOCKED.pool;
  page.u32[(page.nodeOffset(before) + NODE.blockedId) >> 2] = 3;
  await run.edit((edit) => edit.move("middle", "other"));
  const after = run.topology.node("middle").index;
  equal(page.f64[(page.nodeOffset(after) + NODE.ticks) >> 3], 7);
  deepEqual([NODE.phase, NODE.blockedKind, NODE.blockedId].map((of) => field(after, of)), [PHASE.idle, 0, 0]);
});

/** As `checkingSink`, but another type. */
const otherSink = fixture(() => ({ process() {} }), {
  type: "other-sink",
  ports: [
    port({ name: "audio", direction: "input", kind: "audio" }),
    port({ name: "findings", direction: "output", kind: "data" }),
  ],
});

const TRIED: readonly [why: string, edit: (edit: GraphEdit) => void, from: string, tried: readonly string[]][] = [
  [
    "that is replaced by another type",
    (edit) => void edit.replace("middle", faulty({ how: "none" }), { lane: "other" }),
    "near",
    ["middle"],
  ],
  [
    "that is replaced by its own type, as it was",
    (edit) => void edit.replace("middle", pass(), { lane: "other" }),
    "near",
    ["middle"],
  ],
  [
    "that is replaced before it moves",
    (edit) => {
      edit.replace("middle", pass());
      edit.move("middle", "other");
    },
    "near",
    ["middle"],
  ],
  ["that only moves", (edit) => edit.move("middle", "other"), "near", []],
  [
    "that gets a link by the same edit",
    (edit) => {
      edit.replace("middle", faulty({ how: "none" }), { lane: "other" });
      edit.add(checkingSink(), { id: "second", lane: "far" });
      edit.connectByName("middle.audioOut", "second.audio");
    },
    "near",
    [],
  ],
  [
    "whose link leads elsewhere by the same edit",
    (edit) => {
      edit.replace("middle", faulty({ how: "none" }), { lane: "other" });
      edit.remove("sink");
      edit.remove("found");
    },
    "near",
    [],
  ],
  [
    "whose neighbour moves as well",
    (edit) => {
      edit.replace("middle", faulty({ how: "none" }), { lane: "other" });
      edit.move("source", "other");
    },
    "near",
    [],
  ],
  ["that has a link with data", (edit) => void edit.replace("sink", otherSink(), { lane: "other" }), "far", []],
];

for (const [why, change, from, tried] of TRIED) {
  Deno.test(`Handovers has a node ${why} ${tried.length > 0 ? "tried" : "not tried"} on its new lane`, async () => {
    const run = graph();
    await run.edit(change);
    const { index } = run.lane(from);
    const { handovers } = run.lane(from).last("prepare").edit;
    const leaving = handovers.filter((each) => each.from === index && each.to !== index);
    const waits = leaving.filter(({ trialMs }) => trialMs !== undefined);
    deepEqual(
      waits.map(({ node, trialMs }) => ({ node, trialMs })),
      tried.map((node) => ({ node, trialMs: TRIAL_MS })),
    );
  });
}

/** Returns the highest bit that wakes lanes for ends of links that the newest edit brought. */
function highestBit(run: ScriptedGraph): number {
  const moves = run.lane("near").last("prepare").edit.moves;
  return Math.max(...moves.flatMap(({ after }) => [after.writerBit, after.readerBit]));
}

/** Asserts that freed numbers are reused, in any order: they do not grow. */
function assertReused(highest: readonly number[]): void {
  const half = ROUNDS / 2;
  equal(Math.max(...highest.slice(half)), Math.max(...highest.slice(0, half)));
}

for (const [id, from] of [["middle", "near"], ["sink", "far"]]) {
  Deno.test(`Handovers keeps neither rings nor bits of a move that is refused (${id})`, async () => {
    const run = graph();
    const before = [...run.driver.rings];
    const highest: number[] = [];
    run.lane("other").answers.accept = ({ epoch }) => ({ kind: "refused", epoch, error: REFUSAL });
    for (let k = 0; k < ROUNDS; k++) {
      await rejects(run.edit((edit) => edit.move(id, "other")), { message: REFUSAL.message });
      highest.push(highestBit(run));
      deepEqual([...run.driver.rings], before);
    }
    assertReused(highest);
  });

  Deno.test(`Handovers keeps neither rings nor bits of what links had before a move (${id})`, async () => {
    const run = graph();
    const before = run.driver.rings.size;
    const highest: number[] = [];
    for (let k = 0; k < ROUNDS; k++) {
      await run.edit((edit) => edit.move(id, "other"));
      highest.push(highestBit(run));
      await run.edit((edit) => edit.move(id, from));
      equal(run.driver.rings.size, before);
    }
    assertReused(highest);
  });
}
