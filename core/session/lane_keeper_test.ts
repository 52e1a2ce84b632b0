import { deepEqual, equal } from "node:assert/strict";
import { LANE } from "../../ffi/layout.gen.ts";
import { pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { noteDeath } from "../memory/reclaim.ts";
import type { EventBody } from "../events/event.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import { Topology } from "../topology.ts";
import { type KeeperSite, LaneKeeper } from "./lane_keeper.ts";

const INDEX = 1;

/** How long a thread that is told to end is waited for. */
const END_TIMEOUT_NS = 5e9;

const ENDED = new Error("the thread has ended, on purpose");

function makePage(lanes: number): ControlPage {
  const sizes = { lanes, links: 1, nodes: 1 };
  return ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
}

/**
 * Has a keeper take a lane without nodes.
 *
 * @param againLost why the new thread has ended as well, if it has
 * @param endsLast whether the thread says that it ends in the moment in which it is waited for no more
 * @returns what became of the lane, and how many threads were given up
 */
async function lose(
  port: { readonly hasEnded: boolean },
  againLost?: Error,
  endsLast = false,
): Promise<[did: string[], fenced: number]> {
  const did: string[] = [];
  const page = makePage(2);
  const lane = { name: "near", index: INDEX, kind: "worker", send: () => {}, terminate: () => {}, ...port };
  let nowNs = 0;
  const done = Promise.withResolvers<void>();
  const site = {
    topology: new Topology("live", () => []),
    // Each look at the clock is a second later than the one before.
    driver: {
      nowNs: () => {
        if (endsLast && nowNs > END_TIMEOUT_NS) noteDeath(page, { lane: INDEX, generation: 1 });
        return nowNs += 1e9;
      },
    },
    events: {
      publish: (event: EventBody) =>
        void did.push("generation" in event ? `${event.kind} ${event.generation}` : event.kind),
    },
    states: new Map(),
    lanes: {
      ports: [lane],
      at: () => lane,
      indexOf: () => INDEX,
      rowOf: () => INDEX,
      generationOf: () => 1,
      threadsOf: () => 7,
      setRowAside: () => void did.push("set aside"),
      free: () => void did.push("freed"),
      replace: () => lane,
    },
    supervisor: {},
    failures: { tell: () => {}, count: () => {} },
    page: () => page,
    pools: () => [],
    plans: () => ({}),
    edits: () => ({
      laneLost: () => {},
      laneBack: () => {},
      lossOf: () => againLost,
      alone: (body: (swap: () => Promise<void>) => Promise<void>) => {
        const work = body(() => Promise.resolve());
        work.then(done.resolve, () => setTimeout(done.resolve));
        return work;
      },
    }),
    reopen: () => Promise.resolve(),
    endRun: (error: Error) => void did.push(error.message),
  } as unknown as KeeperSite;
  const keeper = new LaneKeeper(site);
  keeper.begin();
  keeper.take(INDEX, ENDED);
  await done.promise;
  return [did, keeper.fenced];
}

Deno.test("LaneKeeper takes a worker for ended that has failed before it ran its lane", async () => {
  deepEqual(await lose({ hasEnded: true }), [["freed"], 0]);
});

Deno.test("LaneKeeper sets aside what a thread has whose end nothing proves, and gives its lane another one", async () => {
  deepEqual(await lose({ hasEnded: false }), [["set aside", "fenced", "replaced 7"], 1]);
});

Deno.test("LaneKeeper does not give up a thread that ends in the moment in which it would", async () => {
  deepEqual(await lose({ hasEnded: false }, undefined, true), [["freed"], 0]);
});

Deno.test("LaneKeeper ends the run where the new thread of a lane ends while it takes the place of the old one", async () => {
  deepEqual(await lose({ hasEnded: false }, ENDED), [["set aside", "fenced", ENDED.message], 1]);
});

Deno.test("LaneKeeper.take() has nothing done with the nodes of the lane until that has another thread", () => {
  const topology = new Topology("live", () => []);
  for (const id of ["a", "b"]) topology.addNode(pass, {}, { id, lane: "near", supervision: "disable" });
  const suspended: string[] = [];
  const states = new Map([["a", "restarting"], ["b", "ended"]]);
  const keeper = new LaneKeeper({
    topology,
    states,
    lanes: { at: () => ({ kind: "worker" }), indexOf: () => INDEX },
    supervisor: { isDown: () => false, suspend: (id: string) => void suspended.push(id) },
    failures: { tell: () => {} },
  } as unknown as KeeperSite);
  equal(keeper.take(INDEX, ENDED), true);
  deepEqual([suspended, [...states]], [["a"], [["a", "failed"], ["b", "ended"]]]);
});

Deno.test("LaneKeeper.dead gives the lanes, late ones too, whose thread is known to have ended", () => {
  const page = makePage(5);
  const site = {
    lanes: {
      ports: [{ index: 0 }, { index: 1 }, { index: 2, hasEnded: true }],
      late: [{ index: 3 }, { index: 4 }],
      generationOf: () => 2,
      rowOf: (index: number) => index,
    },
    page: () => page,
  } as unknown as KeeperSite;
  const setDead = (lane: number, generation: number) => {
    page.u32[(page.laneOffset(lane) + LANE.deadGeneration) >> 2] = generation;
  };
  setDead(0, 1);
  setDead(1, 2);
  setDead(4, 2);
  deepEqual(new LaneKeeper(site).dead, [1, 2, 4]);
});

Deno.test("LaneKeeper.keptBy() names the node whose call keeps a lane, or else those of which one may", () => {
  const topology = new Topology("live", () => []);
  const indices = ["a", "b"].map((id) => topology.addNode(pass, {}, { id, lane: "near" }).index);
  const sizes = { lanes: 2, links: 1, nodes: 8 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const call = "flush() or teardown()";
  const former = { node: { id: "a", index: 5 }, lane: INDEX, call };
  const gone = { node: { id: "c", index: 6 }, lane: INDEX, call };
  const draft = { id: "d", index: 7, lane: "near" };
  const near = { index: INDEX } as LanePort;

  /** @param current index of the node's record that the lane names; -1: none */
  const keptBy = (current: number, leaving: readonly unknown[], drafted: readonly unknown[] = []) => {
    page.u32[(page.laneOffset(INDEX) + LANE.currentNode) >> 2] = current + 1;
    const lanes = { indexOf: (name: string) => name === "near" ? INDEX : -1 };
    const site = { topology, lanes, page: () => page, edits: () => ({ leaving, drafted }) };
    return new LaneKeeper(site as unknown as KeeperSite).keptBy(near);
  };

  equal(keptBy(indices[1], [gone]), 'a call of "b"');
  equal(keptBy(5, [former, gone]), `${call} of the former "a"`);
  equal(keptBy(7, [], [draft]), 'a call of "d"');
  equal(keptBy(-1, [former, gone]), `${call} of the former "a" or ${call} of "c"`);
  equal(keptBy(-1, []), 'a call of "a" or "b"');
});
