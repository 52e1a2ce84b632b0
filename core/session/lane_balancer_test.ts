import { deepEqual, equal, match, ok } from "node:assert/strict";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { clinging, homesick, laden, rooted } from "../../tests/fixtures/laden.ts";
import { checkingSink, collect, collected, numberedSource } from "../../tests/fixtures/numbered.ts";
import { inTime } from "../../tests/fixtures/waiting.ts";
import { chooseDriver } from "../driver/open.ts";
import { EventBus } from "../events/bus.ts";
import type { SluiceEvent } from "../events/event.ts";
import type { GraphMode } from "../links/policy.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { placeAnew, sessionOptions } from "../runtime/run_setup.ts";
import { sumDrops } from "../stats.ts";
import { Topology } from "../topology.ts";
import { KeptStates } from "./kept_states.ts";
import { Session } from "./session.ts";

/** A limit that no graph here reaches, whatever else the machine does. */
const ENDLESS = 1e9;

interface TestRun {
  readonly session: Session;
  readonly topology: Topology;
  /** Edits that the runtime made by itself, and the lanes of all nodes after each. */
  readonly moves: (Extract<SluiceEvent, { kind: "edited" }> & { readonly lanes: ReadonlyMap<string, string> })[];
  /** Settle with the first and the second of these edits. */
  readonly moved: Promise<void>;
  readonly movedBack: Promise<void>;
  /** Replaces `session` with a new one. */
  renew(): void;
  add(type: AnyNodeType, id: string, config?: Record<string, unknown>, lane?: string): void;
  link(...addresses: readonly string[]): void;
}

/**
 * A graph whose nodes the runtime places as if there were two processors, with more frequent looks.
 *
 * @param restMs how long it moves nothing after a try: by default the whole test
 */
function makeRun(
  native: "require" | "off",
  mode: GraphMode = "offline",
  { processors = 2, restMs = 60_000 }: { readonly processors?: number; readonly restMs?: number } = {},
): TestRun {
  const { driver } = chooseDriver(native);
  const topology = new Topology({ mode, lanes: { auto: {} } });
  const events = new EventBus(() => driver.nowNs());
  const moves: TestRun["moves"] = [];
  const [moved, movedBack] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  events.on("graph", (event) => {
    if (event.group !== "graph" || event.reason === undefined) return;
    moves.push({ ...event, lanes: lanesOf(topology) });
    (moves.length === 1 ? moved : movedBack).resolve();
  });
  const kept = new KeptStates();
  const session = () =>
    new Session({
      ...sessionOptions({}, { topology, driver, events, kept, resume: false, converters: [] }),
      balancing: { processors, lookEveryMs: 20, overloadedForMs: 60, restMs },
    });
  let made: Session | undefined;
  return {
    get session() {
      return made ??= session();
    },
    topology,
    moves,
    moved: moved.promise,
    movedBack: movedBack.promise,
    renew: () => void (made = undefined),
    add: (type, id, config = {}, lane) => void topology.addNode(type, config, { id, lane }),
    link(...addresses) {
      const ends = addresses.map((address) => {
        const [node, port] = address.split(".");
        return { node, port };
      });
      for (let k = 0; k + 1 < ends.length; k += 2) topology.addLink(ends[k], ends[k + 1], {});
    },
  };
}

/**
 * A chain of three slow nodes between a source and a sink that checks the frames. Source and sink stay on the lane that
 * the others begin on: on a busy machine either may seem to be the slow one.
 */
function makeChain(run: TestRun, types: readonly AnyNodeType[], lanes: readonly (string | undefined)[] = []): void {
  run.add(numberedSource, "source", { count: ENDLESS }, "worker");
  for (const [k, type] of types.entries()) run.add(type, `n${k}`, { workUs: 200 }, lanes[k]);
  run.add(checkingSink, "sink", {}, "worker");
  run.add(collect, "collect");
  run.link("source.audio", "n0.audioIn");
  for (let k = 1; k < types.length; k++) run.link(`n${k - 1}.audioOut`, `n${k}.audioIn`);
  run.link(`n${types.length - 1}.audioOut`, "sink.audio", "sink.findings", "collect.data");
}

function lanesOf({ nodes }: Topology): Map<string, string> {
  return new Map([...nodes.values()].map(({ id, lane }) => [id, lane]));
}

/** Stops the graph and checks that every frame has arrived, once and in order. */
async function stopAndCheck({ session }: TestRun): Promise<void> {
  collected.length = 0;
  const { links, nodes } = await session.stop();
  const [found] = collected;
  ok(found.received > 0);
  deepEqual({ ...found, received: 0, last: 0 }, {
    received: 0,
    corrupt: 0,
    disordered: 0,
    missing: 0,
    unflagged: 0,
    falselyFlagged: 0,
    last: 0,
  });
  for (const { written, read, queued, dropped } of links.slice(0, -1)) {
    deepEqual({ written, queued, dropped }, {
      written: read,
      queued: 0,
      dropped: { full: 0, skipped: 0, unlinked: 0, laneLost: 0 },
    });
    equal(written, found.received);
  }
  for (const { figures, framesIn } of nodes) if (figures?.frames !== undefined) equal(figures.frames, framesIn);
}

/** Waits until this many more blocks have reached the sink. */
async function untilRead({ session }: TestRun, more: number): Promise<void> {
  const read = () => session.stats().links.find(({ to }) => to === "sink.audio")!.read;
  const goal = read() + more;
  while (read() < goal) await new Promise((resolve) => setTimeout(resolve, 5));
}

eachDriver("nodes are moved from a lane that has too much to do, and no frame is lost", async (native) => {
  const run = makeRun(native);
  makeChain(run, [laden, laden, laden]);
  await run.session.start();
  await run.moved;
  await untilRead(run, 20);
  const [{ nodes, reason, actions, lanes }] = run.moves;
  deepEqual(actions, ["move"]);
  match(reason!, /^Lane "worker" was busy for \d+ % of \d+\.\d s; the busiest lane is to take \d+ % less$/);
  ok(nodes.length > 0 && nodes.length < 3);
  for (const id of nodes) equal(lanes.get(id), "worker-2");
  equal(lanes.get("collect"), "main");
  await stopAndCheck(run);
});

eachDriver("the same in a live graph, while nodes that name a lane stay there", async (native) => {
  const run = makeRun(native, "live");
  makeChain(run, [laden, laden, laden], ["worker", undefined, undefined]);
  // The three together take longer than the time between two blocks.
  run.topology.node("source").config.intervalMs = 0.3;
  await run.session.start();
  await run.moved;
  const [{ lanes }] = run.moves;
  equal(lanes.get("n0"), "worker");
  ok(["n1", "n2"].some((id) => lanes.get(id) === "worker-2"));
  const { links, nodes } = await run.session.stop();
  for (const { written, read, queued, dropped } of links) equal(written, read + queued + sumDrops(dropped));
  for (const { figures, framesIn } of nodes) if (figures?.frames !== undefined) equal(figures.frames, framesIn);
});

eachDriver(
  "nodes whose state cannot go along stay, and so do those on a machine with one processor",
  async (native) => {
    for (const [type, processors] of [[rooted, 2], [laden, 1]] as const) {
      const run = makeRun(native, "offline", { processors, restMs: 40 });
      makeChain(run, [type, type, type]);
      await run.session.start();
      // Several times as long as the runtime needs to find the busy lane.
      await new Promise((resolve) => setTimeout(resolve, 300));
      deepEqual(run.moves.flatMap(({ nodes }) => nodes).filter((id) => id.startsWith("n")), []);
      if (processors === 1) deepEqual(run.moves, []);
      await stopAndCheck(run);
    }
  },
);

eachDriver("nodes go back if the graph is slower afterwards", async (native) => {
  const run = makeRun(native);
  makeChain(run, [homesick, homesick, homesick]);
  await run.session.start();
  await inTime(run.movedBack);
  match(
    run.moves[1].reason!,
    /^\d+ % fewer frames went through the graph since nodes were moved to other lanes: they go/,
  );
  deepEqual(run.moves[1].nodes, run.moves[0].nodes);
  for (const id of ["n0", "n1", "n2"]) equal(run.moves[1].lanes.get(id), "worker");
  await stopAndCheck(run);
});

eachDriver("nodes that cannot be moved while the graph runs begin elsewhere in its next run", async (native) => {
  const run = makeRun(native);
  makeChain(run, [rooted, rooted, rooted]);
  await run.session.start();
  while (run.session.betterLanes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await stopAndCheck(run);
  placeAnew(run.topology, run.session.betterLanes);
  ok(["n0", "n1", "n2"].some((id) => lanesOf(run.topology).get(id) === "worker-2"));
  run.renew();
  await run.session.start();
  await untilRead(run, 20);
  await stopAndCheck(run);
});

eachDriver("a node whose state cannot be sent stays from then on, and others are moved without it", async (native) => {
  const run = makeRun(native, "offline", { restMs: 40 });
  makeChain(run, [laden, laden, clinging]);
  await run.session.start();
  await run.moved;
  const [{ lanes }] = run.moves;
  equal(lanes.get("n2"), "worker");
  ok(["n0", "n1"].some((id) => lanes.get(id) === "worker-2"));
  await untilRead(run, 20);
  await stopAndCheck(run);
});
