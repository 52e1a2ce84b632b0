/**
 * What becomes of a graph in which a node throws something that throws itself when it is asked what it is: the same as
 * with any error, on main as on a worker. source → bad → sink, beside a second sink that must not be disturbed.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { SluiceEvent } from "../core/events/event.ts";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { hostile, type HostilePlace } from "./fixtures/hostile.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, sink } from "./fixtures/scripted.ts";

const COUNT = 5_000;

/** The one that nothing can be asked of, and the one that looks like an error; `core/errors/thrown_test.ts` has them all. */
const VALUES = ["a revoked proxy", "an error whose getters throw"];

function build(where: HostilePlace, what: string, native: "require" | "off", lane: string, supervision?: Supervision) {
  const runtime = new Runtime({ mode: "offline", native });
  const kinds: string[] = [];
  const messages: string[] = [];
  runtime.events.on("node:bad", (event: SluiceEvent) => {
    if (event.group !== "node" || event.kind === "state") return;
    kinds.push(event.kind);
    if (event.kind === "failed") messages.push(event.error.message);
  });
  const got: number[] = [];
  const from = runtime.add(numberedSource({ count: COUNT }), { lane: "far" });
  const bad = runtime.add(hostile({ where, what }), { id: "bad", lane, supervision });
  const to = runtime.add(sink(gathering([])));
  const beside = runtime.add(sink(gathering(got)));
  runtime.connect(from.outputs.audio, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, to.inputs.audioIn);
  runtime.connect(from.outputs.audio, beside.inputs.audioIn);
  return { runtime, kinds, messages, got };
}

const PLACES: [where: HostilePlace, action: string][] = [
  ["process", "process()"],
  ["rejection", "process()"],
  ["result", "process()"],
  ["setup", "setup()"],
  ["flush", "flush()"],
];

for (const lane of ["main", "bad"]) {
  for (const [where, action] of PLACES) {
    eachDriver(`disable: a node on lane ${lane} that throws anything in its ${where} is taken out`, async (native) => {
      for (const what of VALUES) {
        const { runtime, kinds, messages, got } = build(where, what, native, lane, "disable");
        await runtime.start();
        const { outcome, nodes } = await runtime.finished;
        equal(outcome, "completed", what);
        deepEqual(kinds, ["failed", "disabled"], what);
        ok(messages[0].startsWith(`Node "bad" (hostile) failed in ${action}: `), messages[0]);
        equal(nodes.find(({ id }) => id === "bad")!.state, "disabled");
        equal(got.length, COUNT);
      }
    });
  }

  eachDriver(
    `fail: a node on lane ${lane} that throws what has no text ends the run, which names it`,
    async (native) => {
      const { runtime } = build("rejection", "a revoked proxy", native, lane);
      await runtime.start();
      const message = 'Node "bad" (hostile) failed in process(): a value that cannot be shown';
      await rejects(runtime.finished, { code: "NodeFailed", nodeId: "bad", message });
    },
  );

  eachDriver(`a node on lane ${lane} that throws what has no text in teardown() ends as others do`, async (native) => {
    const { runtime } = build("teardown", "a revoked proxy", native, lane);
    await runtime.start();
    equal((await runtime.finished).outcome, "completed");
    match(runtime.summary()!.nodes.find(({ id }) => id === "bad")!.state, /ended/);
  });
}

eachDriver(
  "fail: a rejection without a text that nobody waits for ends the run, which names the lane",
  async (native) => {
    const { runtime } = build("nowhere", "a revoked proxy", native, "bad");
    await runtime.start();
    const message = 'Lane "bad" failed outside process(): a value that cannot be shown';
    await rejects(runtime.finished, { code: "NodeFailed", message });
  },
);
