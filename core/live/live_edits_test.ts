/** Edits as lanes see them: their commands, and the outcome of an edit by their answers and ends. */
import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { LINK } from "../../ffi/layout.gen.ts";
import { checkingSink, pass } from "../../tests/fixtures/numbered.ts";
import { appliedOf, offeredOf, type ScriptedGraph } from "../../tests/fixtures/scripted_lanes.ts";
import { entriesIn, freeSlots } from "../../tests/fixtures/slots.ts";
import { sleep, until } from "../../tests/fixtures/waiting.ts";
import { serializeError } from "../errors.ts";
import { beginToApply, beginToGive } from "../lanes/edits/turn.ts";
import { addBeside, addSecond, graph } from "./fixtures/three_lanes.ts";
import { emptyWork } from "./lane_work.ts";

const ENDED = new Error("the thread has ended, on purpose");

/**
 * How long the session waits for the last reports of an ended lane, and for the end of a removed node, milliseconds.
 */
const LAST_WORDS_MS = 1_000;
const REMOVE_TIMEOUT_MS = 10_000;

/** Timers of these lengths, whose time passes only when a test says so. */
class Limits implements Disposable {
  readonly #timers = new Map<number, { readonly run: () => void; readonly ms: number; leftMs: number }>();
  readonly #real = { setTimeout, clearTimeout };
  #last = 0;

  constructor() {
    const { setTimeout, clearTimeout } = this.#real;
    globalThis.setTimeout = ((run: () => void, ms = 0) => {
      if (ms !== LAST_WORDS_MS && ms !== REMOVE_TIMEOUT_MS) return setTimeout(run, ms);
      this.#timers.set(--this.#last, { run, ms, leftMs: ms });
      return this.#last;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((id: number) => this.#timers.delete(id) || clearTimeout(id)) as typeof clearTimeout;
  }

  /** Waits until a timer of this length is set, and lets this much time pass. */
  async pass(ms: number, passedMs = ms): Promise<void> {
    await until(() => this.#timers.values().some((timer) => timer.ms === ms));
    for (const [id, timer] of [...this.#timers]) {
      timer.leftMs -= passedMs;
      if (timer.leftMs > 0) continue;
      this.#timers.delete(id);
      timer.run();
    }
  }

  /** True if no timer is set. */
  get isEmpty(): boolean {
    return this.#timers.size === 0;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}

/** Makes a lane report that it applied an edit, but not that removed nodes have gone. */
function sayOnlyThatItSwapped({ edits, lane }: ScriptedGraph, name: string): void {
  const { index, answers } = lane(name);
  answers.apply = (epoch) => {
    edits.report(index, appliedOf(epoch));
    return undefined;
  };
}

/** True if the edit is not over after some turns of the event loop. */
async function isOpen(edited: Promise<unknown>): Promise<boolean> {
  const later = sleep(50).then(() => true);
  return await Promise.race([edited.then(() => false), later]);
}

/** Returns each lane, its command, and the epoch that it was told to abort. */
function epochsOf({ lane }: ScriptedGraph): (readonly [string, number])[] {
  return ["near", "far"].map((name) => [lane(name).kinds.join(), lane(name).last("abort")?.epoch] as const);
}

function refuseOn(lane: ReturnType<ScriptedGraph["lane"]>): void {
  const error = serializeError(new Error("no device, on purpose"));
  lane.answers.prepare = ({ epoch }) => ({ kind: "refused", epoch, error });
}

Deno.test("LiveEdits.run() that a lane refuses is dropped by each lane that took part, and leaves no ring", async () => {
  const run = graph();
  const before = [...run.driver.rings];
  refuseOn(run.lane("far"));
  await rejects(run.edit(addSecond), { message: "no device, on purpose" });
  deepEqual(epochsOf(run), [["prepare,abort", 1], ["prepare,abort", 1]]);
  deepEqual([...run.driver.rings], before);
  deepEqual([run.epoch, [...run.topology.nodes.keys()]], [0, ["source", "middle", "sink"]]);
  run.lane("far").answers = {};
  await run.edit(addSecond);
  equal(run.driver.rings.size, before.length + 1);
});

Deno.test("LiveEdits.betweenEdits() that a lane refuses is dropped by each lane that took part", async () => {
  const run = graph();
  const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
  refuseOn(run.lane("far"));
  await rejects(run.edits.betweenEdits((apply) => apply(work, 1_000)), { message: "no device, on purpose" });
  deepEqual(epochsOf(run), [["prepare,abort", 1], ["prepare,abort", 1]]);
  equal(run.epoch, 0);
});

Deno.test("LiveEdits.run() that is refused keeps records until every lane has answered, or has another thread", async () => {
  for (const gone of [false, true]) {
    const run = graph();
    const near = run.lane("near");
    refuseOn(run.lane("far"));
    near.answers.prepare = () => undefined;
    await rejects(run.edit((edit) => {
      addBeside(edit);
      addSecond(edit);
    }));
    run.lane("far").answers = near.answers = {};
    await run.edit(addSecond);
    deepEqual([run.topology.node("second").index, run.topology.records], [5, { nodes: 6, links: 5 }]);
    if (gone) {
      run.lose("near", ENDED);
      run.replace("near");
    } else run.edits.report(near.index, { kind: "prepared", epoch: 1, formats: [] });
    await run.edit(addBeside);
    deepEqual(run.topology.records, { nodes: 6, links: 5 });
  }
});

/** Ends a lane right after it has answered that it is ready, when all others have. */
function endWhenReady({ lane, edits, lose }: ScriptedGraph): void {
  lane("far").answers.prepare = ({ epoch }) => {
    setTimeout(() => {
      edits.report(lane("far").index, { kind: "prepared", epoch, formats: [] });
      lose("far", ENDED);
    });
    return undefined;
  };
}

Deno.test("LiveEdits.run() is refused where a lane has ended after every lane was ready", async () => {
  const run = graph();
  endWhenReady(run);
  await rejects(run.edit(addSecond), ENDED);
  deepEqual([run.epoch, run.topology.nodes.size], [0, 3]);
});

Deno.test("LiveEdits.betweenEdits() is refused where a lane has ended after every lane was ready", async () => {
  const run = graph();
  endWhenReady(run);
  const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
  await rejects(run.edits.betweenEdits((apply) => apply(work, 1_000)), ENDED);
  equal(run.epoch, 0);
});

Deno.test("LiveEdits.run() takes what a lane said before it ended, though that comes after the news of its end", async () => {
  const run = graph();
  const { answers } = run.lane("far");
  answers.apply = (epoch) => {
    run.lose("far", ENDED);
    return { ...appliedOf(epoch), failures: [serializeError(new Error("a value was refused, on purpose"))] };
  };
  await rejects(run.edit(addSecond), {
    message: "The edit is in effect, but not all of it succeeded: a value was refused, on purpose",
  });
  equal(run.epoch, 1);
});

Deno.test("LiveEdits.run() waits a second for what a lane said before it ended", async () => {
  using limits = new Limits();
  const run = graph();
  const { index, answers } = run.lane("far");
  const failures = [serializeError(new Error("a value was refused, on purpose"))];
  answers.apply = (epoch) => {
    run.lose("far", ENDED);
    setTimeout(async () => {
      await limits.pass(LAST_WORDS_MS, LAST_WORDS_MS - 1);
      run.edits.report(index, { ...appliedOf(epoch), failures });
    });
    return undefined;
  };
  await rejects(run.edit(addSecond), { message: /: a value was refused, on purpose$/ });
});

Deno.test("LiveEdits.run() does without a lane that ends before it has said that it applied the edit, and without its nodes", async () => {
  using limits = new Limits();
  const run = graph();
  const { answers } = run.lane("far");
  answers.apply = () => {
    run.lose("far", ENDED);
    setTimeout(() => limits.pass(LAST_WORDS_MS));
    return undefined;
  };
  await run.edit((edit) => {
    edit.remove("sink");
    edit.add(checkingSink(), { id: "second", lane: "near" });
    edit.connectByName("middle.audioOut", "second.audio");
  });
  deepEqual([...run.topology.nodes.keys()], ["source", "middle", "second"]);
});

Deno.test("LiveEdits.run() waits for a lane that gives away what goes to others, however late it reports", async () => {
  using limits = new Limits();
  const run = graph();
  const far = run.lane("far");
  far.answers.apply = () => {
    const { turn } = far.last("prepare");
    deepEqual([beginToApply(turn), beginToGive(turn)], [true, true]);
    run.lose("far", ENDED);
    return undefined;
  };
  const edited = run.edit(addSecond);
  await limits.pass(LAST_WORDS_MS);
  equal(await isOpen(edited), true);
  run.edits.report(far.index, appliedOf(run.epoch));
  await edited;
});

Deno.test("LiveEdits.run() does without a lane that still calls nodes for the edit, which goes no further then", async () => {
  using limits = new Limits();
  const run = graph();
  const far = run.lane("far");
  far.answers.apply = () => {
    equal(beginToApply(far.last("prepare").turn), true);
    run.lose("far", ENDED);
    setTimeout(() => limits.pass(LAST_WORDS_MS));
    return undefined;
  };
  await run.edit(addSecond);
  equal(beginToGive(far.last("prepare").turn), false);
});

Deno.test("LiveEdits.run() waits for removed nodes of other lanes, where one has ended", async () => {
  using limits = new Limits();
  const run = graph();
  await run.edit(addBeside);
  const [near, far] = ["near", "far"].map((name) => run.lane(name));
  const { index: record } = run.topology.node("beside");
  far.answers.apply = () => {
    run.lose("far", ENDED);
    return undefined;
  };
  sayOnlyThatItSwapped(run, "near");
  const edited = run.edit((edit) => {
    edit.remove("beside");
    edit.remove("sink");
  });
  await limits.pass(LAST_WORDS_MS);
  equal(await isOpen(edited), true);
  run.edits.report(near.index, { kind: "tornDown", record });
  await edited;
  deepEqual([...run.topology.nodes.keys()], ["source", "middle"]);
});

Deno.test("LiveEdits.run() is refused as soon as a lane ends that it waits for", async () => {
  using _limits = new Limits();
  const run = graph();
  const { answers } = run.lane("far");
  answers.prepare = () => {
    run.lose("far", ENDED);
    return undefined;
  };
  await rejects(run.edit(addSecond), ENDED);
  deepEqual([run.epoch, run.lane("near").kinds], [0, ["prepare", "abort"]]);
});

Deno.test("LiveEdits.run() is refused as soon as a lane ends that it is to ask next", async () => {
  using _limits = new Limits();
  const run = graph();
  run.lane("near").answers.offer = () => {
    run.lose("other", ENDED);
    return undefined;
  };
  await rejects(run.edit((edit) => edit.move("middle", "other")), ENDED);
  deepEqual([run.epoch, run.topology.node("middle").lane], [0, "near"]);
});

for (const call of ["run", "alone"] as const) {
  Deno.test(`LiveEdits.${call}() is not refused where a lane ends that it asks nothing of`, async () => {
    using _limits = new Limits();
    const run = graph();
    const { answers } = run.lane("far");
    answers.prepare = ({ epoch }) => {
      run.lose("other", ENDED);
      return { kind: "prepared", epoch, formats: [] };
    };
    const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
    await (call === "run" ? run.edit(addSecond) : run.edits.betweenEdits((apply) => apply(work, 1_000)));
    equal(run.epoch, 1);
  });
}

for (const call of ["run", "alone"] as const) {
  Deno.test(`LiveEdits.${call}() asks no lane to make ready what concerns one that has ended`, async () => {
    const run = graph();
    await run.edit(addSecond);
    run.lose("far", ENDED);
    const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
    await rejects(
      call === "run"
        ? run.edit((edit) => edit.remove("second"))
        : run.edits.betweenEdits((apply) => apply(work, 1_000)),
      ENDED,
    );
    deepEqual([run.epoch, run.lane("near").kinds], [1, ["prepare", "abort"]]);
    run.edits.end();
    await run.edits.over();
    deepEqual([run.edits.drafted, run.edits.leaving], [[], []]);
  });
}

Deno.test("LiveEdits.betweenEdits() does without a lane that ends before it has applied it", async () => {
  using limits = new Limits();
  const run = graph();
  const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
  const { answers } = run.lane("far");
  answers.apply = () => {
    run.lose("far", ENDED);
    setTimeout(() => limits.pass(LAST_WORDS_MS));
    return undefined;
  };
  await run.edits.betweenEdits((apply) => apply(work, 1_000));
  equal(run.epoch, 1);
});

Deno.test("LiveEdits takes a lane for what it is once another thread runs it", async () => {
  using limits = new Limits();
  const run = graph();
  const { answers } = run.lane("far");
  run.lose("far", ENDED);
  run.replace("far");
  equal(limits.isEmpty, true, "what the first thread has said last is waited for");
  answers.apply = (epoch) => ({ ...appliedOf(epoch), failures: [serializeError(new Error("heard, on purpose"))] });
  await rejects(run.edit(addSecond), { message: /: heard, on purpose$/ });
});

Deno.test("LiveEdits.betweenEdits() has all lanes apply the work, and waits until they have", async () => {
  const run = graph();
  const work = new Map(["near", "far"].map((name) => [run.lane(name).index, emptyWork()]));
  const applied: string[] = [];
  for (const name of ["near", "far"]) {
    run.lane(name).answers.apply = (epoch) => {
      applied.push(name);
      return appliedOf(epoch);
    };
  }
  await run.edits.betweenEdits((apply) => apply(work, 1_000));
  deepEqual([run.epoch, applied.sort()], [1, ["far", "near"]]);
});

for (
  const [which, name, counting] of [["that a node leaves", "near", ["far", "near"]], [
    "that a node comes to",
    "other",
    [],
  ]] as const
) {
  Deno.test(`LiveEdits.run() does without a lane ${which} and that ends before it has applied it`, async () => {
    using limits = new Limits();
    const run = graph();
    const { answers } = run.lane(name);
    answers.apply = () => {
      run.lose(name, ENDED);
      setTimeout(() => limits.pass(LAST_WORDS_MS));
      return undefined;
    };
    for (const kind of ["attach", "countLost"] as const) answers[kind] = () => undefined;
    await run.edit((edit) => edit.move("middle", "other"));
    equal(run.topology.node("middle").lane, "other");
    deepEqual(["far", "near", "other"].filter((each) => run.lane(each).kinds.includes("countLost")), counting);
    equal(run.lane("other").kinds.at(-1), "attach");
  });
}

Deno.test("LiveEdits.drafted has a node that moves while its lane makes it ready and while it is tried there", async () => {
  const run = graph();
  const seen: string[] = [];
  const note = (when: string) =>
    void seen.push([when, ...run.edits.drafted.map(({ id, lane }) => `${id} ${lane}`)].join());
  run.lane("other").answers.prepare = ({ epoch }) => {
    note("prepare");
    return { kind: "prepared", epoch, formats: [] };
  };
  run.lane("near").answers.offer = (epoch, nodes) => {
    note("offer");
    return offeredOf(epoch, nodes);
  };
  run.lane("other").answers.accept = ({ epoch }) => {
    note("accept");
    return { kind: "tried", epoch };
  };
  await run.edit((edit) => edit.move("middle", "other"));
  note("after");
  deepEqual(seen, ["prepare,middle other", "offer", "accept,middle other", "after"]);
});

Deno.test("LiveEdits.end() cuts off an edit that is made ready, and there is none afterwards", async () => {
  const run = graph();
  run.lane("far").answers.prepare = () => {
    deepEqual([run.edits.underWay, run.edits.drafted.map(({ id }) => id)], [true, ["second"]]);
    run.edits.end();
    return undefined;
  };
  const message = "Cannot edit the graph: it ended before the edit came into effect";
  await rejects(run.edit(addSecond), { code: "Busy", message });
  equal(run.edits.underWay, false);
  await rejects(run.edit(addSecond), { code: "Busy", message: "Cannot edit the graph: it has ended" });
});

Deno.test("LiveEdits.end() cuts off an edit also in the turn in which the last lane has answered", async () => {
  const near = new Map([[1, emptyWork()]]);
  const edits: readonly (readonly ["prepare" | "handOver", (run: ScriptedGraph) => Promise<unknown>])[] = [
    ["prepare", (run) => run.edit(addBeside)],
    ["handOver", (run) => run.edit((edit) => edit.move("middle", "other"))],
    ["prepare", (run) => run.edits.betweenEdits((apply) => apply(near, 1_000))],
  ];
  for (const [answer, edit] of edits) {
    const run = graph();
    const end = () => queueMicrotask(() => run.edits.end());
    const { answers } = run.lane("near");
    if (answer === "prepare") answers.prepare = ({ epoch }) => (end(), { kind: "prepared", epoch, formats: [] });
    else answers.handOver = ({ epoch }) => (end(), { kind: "tried", epoch });
    await rejects(edit(run), { message: "Cannot edit the graph: it ended before the edit came into effect" });
    deepEqual([run.epoch, run.topology.nodes.size], [0, 3]);
  }
});

for (const [what, applied] of [["come to it", false], ["torn its nodes down", true]] as const) {
  Deno.test(`LiveEdits.over() cuts off an edit that is in effect where a lane has not ${what}`, async () => {
    const run = graph();
    await run.edit(addSecond);
    deepEqual(run.edits.drafted, []);
    const { index, answers } = run.lane("far");
    answers.apply = (epoch) => {
      if (applied) run.edits.report(index, appliedOf(epoch));
      setTimeout(() => {
        run.edits.end();
        void run.edits.over();
      });
      return undefined;
    };
    const message = "The edit is in effect, but the graph ended before every lane had come to it";
    await rejects(run.edit((edit) => edit.remove("second")), { code: "Busy", message });
  });
}

for (const [what, closes] of [["has come to it", false], ["has closed", true]] as const) {
  Deno.test(`LiveEdits.end() leaves an edit that is in effect to its end, where a late lane ${what}`, async () => {
    const run = graph();
    await run.edit(addSecond);
    const { index, answers } = run.lane("far");
    const { index: record } = run.topology.node("second");
    answers.apply = (epoch) => {
      setTimeout(() => {
        run.edits.end();
        if (closes) return run.edits.laneSilent(index);
        run.edits.report(index, appliedOf(epoch));
        run.edits.report(index, { kind: "tornDown", record });
      });
      return undefined;
    };
    await run.edit((edit) => edit.remove("second"));
  });
}

Deno.test("LiveEdits.run() tells the removal of a node from that of a later one with its id", async () => {
  using limits = new Limits();
  const run = graph();
  const { index } = run.lane("near");
  sayOnlyThatItSwapped(run, "near");
  const records: number[] = [];
  for (const life of ["first", "second"]) {
    await run.edit(addBeside);
    records.push(run.topology.node("beside").index);
    const removed = run.edit((edit) => edit.remove("beside"));
    if (life === "first") {
      setTimeout(() => limits.pass(REMOVE_TIMEOUT_MS));
      await rejects(removed, {
        code: "Timeout",
        nodeId: "beside",
        message: 'The edit is in effect, but flush() or teardown() of "beside" did not return within 10000 ms',
      });
      continue;
    }
    setTimeout(() => run.edits.report(index, { kind: "tornDown", record: records[0] }));
    equal(await isOpen(removed), true, "the first one was taken for the second");
    run.edits.report(index, { kind: "tornDown", record: records[1] });
    await removed;
  }
});

Deno.test("LiveEdits.run() gives the record of a removed node to others once the node is torn down, and not before", async () => {
  using limits = new Limits();
  const run = graph();
  const { index } = run.lane("near");
  sayOnlyThatItSwapped(run, "near");
  await run.edit(addBeside);
  const { index: record } = run.topology.node("beside");
  const removed = run.edit((edit) => edit.remove("beside"));
  setTimeout(() => limits.pass(REMOVE_TIMEOUT_MS));
  await rejects(removed, { code: "Timeout" });
  await run.edit(addSecond);
  notEqual(run.topology.node("second").index, record);
  run.edits.report(index, { kind: "tornDown", record });
  await sleep(0);
  await run.edit(addBeside);
  equal(run.topology.node("beside").index, record);
});

Deno.test("LiveEdits.run() counts what is left in the ring of a removed link as unlinked, once, and gives it back", async () => {
  const run = graph();
  const { pools, page } = run.memory;
  const [pool] = pools;
  const before = freeSlots(pool);
  const [link] = run.topology.connections.intoNode(run.topology.node("sink").id);
  const [ring] = run.driver.rings;
  for (const entry of entriesIn(pool, 3)) run.driver.openWriter(ring).push(entry);
  page.f64[(page.linkOffset(link.index) + LINK.written) >> 3] = 3;
  await run.edit((edit) => edit.disconnect(link.id));
  deepEqual([page.f64[(page.linkOffset(link.index) + LINK.droppedUnlinked) >> 3], freeSlots(pool)], [3, before]);
});

Deno.test("LiveEdits.run() does without a lane that comes to its end before it takes up what moves to it", async () => {
  const run = graph();
  const { answers } = run.lane("other");
  answers.apply = () => {
    run.close("other");
    return undefined;
  };
  answers.attach = () => undefined;
  await run.edit((edit) => edit.move("middle", "other"));
  equal(run.lane("other").kinds.at(-1), "attach");
});

Deno.test("LiveEdits lets go of nodes that a lane was asked for once another thread runs it", async () => {
  const run = graph();
  refuseOn(run.lane("far"));
  run.lane("near").answers.prepare = () => undefined;
  await rejects(run.edit((edit) => {
    addBeside(edit);
    addSecond(edit);
  }));
  deepEqual(run.edits.drafted.map(({ id }) => id), ["beside"]);
  run.lose("near", ENDED);
  run.replace("near");
  deepEqual(run.edits.drafted, []);
});

Deno.test("LiveEdits.run() gives records of replaced nodes and removed links to others", async () => {
  const run = graph();
  const records: unknown[] = [];
  for (let round = 0; round < 4; round++) {
    await run.edit((edit) => void edit.replace("middle", pass()));
    await run.edit(addSecond);
    await run.edit((edit) => edit.remove("second"));
    records.push({ ...run.topology.records });
  }
  deepEqual(records, new Array(4).fill(records[0]));
});
