/** Lanes that die, hang, are late, come back and are replaced, at every step of their work. */
import { ok } from "node:assert/strict";
import fc from "fast-check";
import { checkingSink, numberedSource } from "../../tests/fixtures/numbered.ts";
import type { GraphEdit } from "../live/graph_edit.ts";
import { type Fate, staged, type World } from "./fixtures/lane_world.ts";

/**
 * The test tries one step of a thread in this many, a different one for each thread and fate; with `SLUICE_DEEP=1`
 * every step.
 */
const STRIDE = Deno.env.get("SLUICE_DEEP") === "1" ? 1 : 3;

/** The most time that the session needs to come to rest: it finds a hanging thread, gives it up and replaces it. */
const SETTLE_MS = 30_000;

const ACTS = [
  "tells",
  "crashes",
  "dies",
  "hangs",
  "come back",
  "add",
  "remove",
  "move",
  "replace",
  "pause",
  "resume",
  "configure",
  "restart",
] as const;

/** An event, the lane that it happens to, and the time without events after it. */
interface Act {
  readonly act: typeof ACTS[number];
  readonly lane: "a" | "b" | "c" | "d";
  readonly thenMs: number;
}

function doAct(world: World, { act, lane }: Act): void {
  const { session, topology } = world;
  const thread = world.newest(lane);
  const node = [...topology.nodes.values()].find((each) => each.lane === lane);
  switch (act) {
    case "tells":
    case "crashes":
      if (thread?.isHanging === false) thread.end(act);
      break;
    case "dies":
      // Another event may end a hanging thread.
      thread?.end(act);
      break;
    case "hangs":
      if (thread?.hasEnded === false) thread.hang();
      break;
    case "come back":
      for (const each of world.threads) if (each.init.name === lane) each.comeBack();
      break;
    case "add":
      world.wait(
        "add",
        world.edit((edit) => void edit.add(numberedSource(), { id: `on-${lane}`, lane, supervision: "disable" })),
      );
      break;
    case "remove":
      world.wait("remove", world.edit((edit) => edit.remove(`on-${lane}`)));
      break;
    case "move":
      world.wait("move", world.edit((edit) => void edit.replace("to", checkingSink(), { lane })));
      break;
    case "replace":
      world.wait("replace", world.edit((edit) => replaceInPlace(edit, node?.id)));
      break;
    case "pause":
      world.wait("pause", session.pause());
      break;
    case "resume":
      session.resume();
      break;
    case "configure":
      if (node !== undefined) world.wait("configure", session.configure(node, {}));
      break;
    case "restart":
      try {
        if (node !== undefined) session.restartStuck(node);
      } catch {
        // The node is disabled, or the run has ended.
      }
      break;
  }
}

/** Replaces a node by another of its type. */
function replaceInPlace(edit: GraphEdit, id: string | undefined): void {
  if (id === "to") edit.replace(id, checkingSink());
  else if (id !== undefined) edit.replace(id, numberedSource());
}

/** Runs a script. Every hanging thread comes back in the end if `allReturn` is set. */
function run(script: readonly Act[], fates: readonly (Fate | undefined)[], allReturn: boolean): Promise<World> {
  return staged(fates, async (world) => {
    const { session } = world;
    world.wait("start", session.start());
    let failure: Error | undefined;
    session.finished.catch((error) => failure = error);
    await world.pass(100);
    for (const act of script) {
      doAct(world, act);
      await world.pass(act.thenMs);
    }
    session.resume();
    if (allReturn) { for (const thread of world.threads) thread.comeBack(); }
    await world.pass(SETTLE_MS);
    if (session.summary === undefined) world.assertSettled();
    void session.stop().catch(() => {});
    await world.pass(SETTLE_MS);
    ok(session.summary !== undefined, "the run does not end");
    ok(failure?.message.startsWith("Internal error") !== true, `${failure?.message}`);
    for (const [k, lane] of world.lanes.entries()) {
      const over = ["gone", "closed", "fenced", ...(world.threads[k].hasHung ? ["held", "late"] : [])];
      ok(over.includes(lane.state), `lane ${lane.name} is ${lane.state} when the run is over`);
    }
  });
}

Deno.test("a thread that comes back after the session has answered for it gives back nothing that went to it again", async () => {
  // The thread applies a move late: before it takes the rest of the link, it has been silent for long.
  const script: readonly Act[] = [
    { act: "tells", lane: "b", thenMs: 0 },
    { act: "pause", lane: "a", thenMs: 0 },
    { act: "tells", lane: "a", thenMs: 3 },
    { act: "tells", lane: "d", thenMs: 13 },
    { act: "move", lane: "a", thenMs: 1_484 },
  ];
  await run(script, [undefined, undefined, undefined, { how: "hangs", step: 18 }], true);
});

Deno.test("a thread that comes back after the session has answered for it, before it is given up, gives away nothing", async () => {
  const script: readonly Act[] = [
    { act: "move", lane: "a", thenMs: 108 },
    { act: "come back", lane: "a", thenMs: 293 },
    { act: "move", lane: "a", thenMs: 0 },
    { act: "move", lane: "d", thenMs: 0 },
    { act: "move", lane: "a", thenMs: 0 },
    { act: "move", lane: "a", thenMs: 1_500 },
  ];
  await run(script, [{ how: "hangs", step: 23 }, { how: "dies", step: 3 }], true);
});

/** All actions of lanes. */
const EVERYTHING: readonly Act[] = [
  { act: "add", lane: "c", thenMs: 20 },
  { act: "configure", lane: "a", thenMs: 5 },
  { act: "pause", lane: "a", thenMs: 10 },
  { act: "resume", lane: "a", thenMs: 10 },
  { act: "add", lane: "a", thenMs: 20 },
  { act: "dies", lane: "b", thenMs: 700 },
  { act: "replace", lane: "b", thenMs: 20 },
  { act: "move", lane: "a", thenMs: 20 },
  { act: "move", lane: "b", thenMs: 20 },
  { act: "remove", lane: "c", thenMs: 20 },
  { act: "add", lane: "c", thenMs: 20 },
  { act: "hangs", lane: "a", thenMs: 2_500 },
  { act: "come back", lane: "a", thenMs: 50 },
  { act: "remove", lane: "a", thenMs: 20 },
  { act: "hangs", lane: "c", thenMs: 5 },
  { act: "remove", lane: "c", thenMs: 18_000 },
  { act: "dies", lane: "c", thenMs: 2_000 },
  { act: "pause", lane: "a", thenMs: 0 },
  { act: "dies", lane: "b", thenMs: 6_000 },
];

for (const how of ["tells", "crashes", "dies", "hangs"] as const) {
  Deno.test(`a lane that ${how} at any step leaves every other one at work, and is given back once`, async () => {
    const { threads } = await run(EVERYTHING, [], false);
    const most = threads.map(({ steps }) => steps);
    ok(most.length >= 6 && most[0] > 10, `${most}`);
    for (const [k, steps] of most.entries()) {
      for (let step = (k + how.length) % STRIDE; step < steps; step += STRIDE) {
        const fates: (Fate | undefined)[] = Array.from({ length: k }, () => undefined);
        await run(EVERYTHING, [...fates, { how, step }], step % 2 === 0).catch((error) => {
          throw new Error(`thread ${k}, step ${step}: ${error.message}`, { cause: error });
        });
      }
    }
  });
}

Deno.test("lanes that die, hang, are late and come back, whatever is done meanwhile, are known for what they are", async () => {
  const act = fc.record({
    act: fc.constantFrom(...ACTS),
    lane: fc.constantFrom("a", "b", "c", "d"),
    thenMs: fc.oneof(fc.nat(20), fc.nat(3_000), fc.nat(12_000)),
  });
  const fate = fc.option(
    fc.record({ how: fc.constantFrom("tells", "crashes", "dies", "hangs"), step: fc.nat(20) }),
    { nil: undefined, freq: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 3, maxLength: 14 }),
      fc.array(fate, { maxLength: 6 }),
      fc.boolean(),
      async (script, fates, allReturn) => {
        await run(script as Act[], fates as (Fate | undefined)[], allReturn);
      },
    ),
  );
});
