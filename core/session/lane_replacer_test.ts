import { deepEqual, equal } from "node:assert/strict";
import { pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { noteDeath } from "../memory/reclaim.ts";
import type { EventBody } from "../events/event.ts";
import { Topology } from "../topology.ts";
import { LaneReplacer } from "./lane_replacer.ts";
import { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { Run } from "./run.ts";
import { RunNodes } from "./run_nodes.ts";
import type { Supervisor } from "./supervisor.ts";

const INDEX = 1;

/** How long the replacer waits for a thread that is told to end. */
const END_TIMEOUT_NS = 5e9;

const ENDED = new Error("the thread has ended, on purpose");
const AGAIN = new Error("the thread in its place has ended, on purpose");

function makePage(lanes: number): ControlPage {
  const sizes = { lanes, links: 1, nodes: 1 };
  return ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
}

/**
 * Has a replacer take a lane without nodes.
 *
 * @param againLost why the new thread has ended as well, if it has
 * @param endsLast whether the thread reports its end at the moment in which the wait for it ends
 * @returns the state of the lane, and whether its thread was given up
 */
async function lose(
  port: { readonly hasEnded: boolean },
  againLost?: Error,
  endsLast = false,
): Promise<[did: string[], gaveUp: boolean]> {
  const did: string[] = [];
  const page = makePage(2);
  const listener = {
    report: () => {},
    changed: (lane: LaneThread) => {
      did.push(lane.state);
      if (lane.state === "gone") replacer.giveBack(lane);
    },
  };
  const lane = new LaneThread("near", "worker", { lane: INDEX, generation: 1, row: INDEX }, listener);
  lane.run(() => ({ name: "near", index: INDEX, kind: "worker", send: () => {}, terminate: () => {}, ...port }));
  lane.opened([]);
  const threads = [lane];
  let nowNs = 0;
  const done = Promise.withResolvers<void>();
  const run = {
    topology: new Topology({ mode: "live" }),
    // Each reading of the clock is a second later than the last one.
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
    nodes: new RunNodes([], { publish: () => {} }),
    lanes: {
      all: [lane],
      at: () => undefined,
      replace: (old: LaneThread) => new LaneThread("near", "worker", { ...old.life, generation: 2 }, listener, old),
    },
    page,
    pools: [],
    plans: {},
    edits: {
      betweenEdits: (body: (apply: () => Promise<void>) => Promise<void>) => {
        const work = body(() => Promise.resolve());
        work.then(done.resolve, () => setTimeout(done.resolve));
        return work;
      },
    },
    startEmptyLane: (next: LaneThread) => {
      threads.push(next);
      next.opened([]);
      if (againLost !== undefined) replacer.take(next, againLost);
      return Promise.resolve();
    },
    end: (error: Error) => void did.push(error.message),
  } as unknown as Run;
  const replacer = new LaneReplacer(run, {} as Supervisor);
  replacer.begin();
  did.length = 0;
  equal(replacer.take(lane, ENDED), true);
  equal(replacer.take(lane, new Error("it is known by then")), true);
  await done.promise;
  const became = [...did];
  for (const each of threads) if (each.state === "lost") each.silence();
  return [became, replacer.gaveUp];
}

Deno.test("LaneReplacer takes a worker for ended that has failed before it ran its lane", async () => {
  deepEqual(await lose({ hasEnded: true }), [["lost", "gone"], false]);
});

Deno.test("LaneReplacer sets aside what a thread has whose end nothing proves, and gives its lane another one", async () => {
  deepEqual(await lose({ hasEnded: false }), [
    ["lost", "fenced", "fenced", "joining", "running", "replaced 2"],
    true,
  ]);
});

Deno.test("LaneReplacer does not give up a thread that ends in the moment in which it would", async () => {
  deepEqual(await lose({ hasEnded: false }, undefined, true), [["lost", "gone"], false]);
});

Deno.test("LaneReplacer ends the run where the new thread of a lane ends while it takes the place of the old one", async () => {
  deepEqual(await lose({ hasEnded: false }, AGAIN), [
    ["lost", "fenced", "fenced", "joining", "lost", AGAIN.message],
    true,
  ]);
});

Deno.test("LaneReplacer.take() has nothing done with the nodes of the lane until that has another thread", () => {
  const topology = new Topology({ mode: "live" });
  for (const id of ["a", "b"]) topology.addNode(pass, {}, { id, lane: "near", supervision: "disable" });
  const nodes = new RunNodes(topology.nodes.values(), { publish: () => {} });
  const [a, b] = nodes.all;
  a.meet("failed");
  a.meet("delayed");
  b.meet("started");
  b.meet("ended");
  const replacer = new LaneReplacer({ topology, nodes } as unknown as Run, {} as Supervisor);
  const listener = { report: () => {}, changed: () => {} };
  const lane = new LaneThread("near", "worker", { lane: INDEX, generation: 1, row: INDEX }, listener);
  equal(replacer.take(lane, ENDED), true);
  lane.silence();
  deepEqual([a.stage, [...nodes.states]], ["suspended", [["a", "failed"], ["b", "ended"]]]);
});
