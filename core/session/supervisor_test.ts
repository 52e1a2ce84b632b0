import { deepEqual, equal, match } from "node:assert/strict";
import { pass } from "../../tests/fixtures/numbered.ts";
import { EventBus } from "../events/bus.ts";
import type { SluiceEvent } from "../events/event.ts";
import { NodeStates } from "../events/node_states.ts";
import type { Supervision } from "../supervision.ts";
import { Topology } from "../topology.ts";
import { Supervisor } from "./supervisor.ts";

/** A supervisor of one node, with a clock that stands still and a session that does nothing. */
function setUp(supervision: Supervision) {
  const events = new EventBus(() => 0);
  const states = new NodeStates(events);
  const topology = new Topology("live", () => []);
  const { id } = topology.addNode(pass, {}, { id: "n", supervision });
  const told: SluiceEvent[] = [];
  events.on("node:n", (event) => told.push(event));
  const did: string[] = [];
  const clock = { nowNs: 0 };
  const supervisor = new Supervisor({
    topology,
    events,
    states,
    nowNs: () => clock.nowNs,
    restart: () => {
      did.push("begin");
      return Promise.resolve();
    },
    disable: () => void did.push("disable"),
    restartFailed: () => {},
    countRestart: () => void did.push("restart"),
    endRun: (error) => void did.push(`end: ${error.message}`),
  });
  const pauses = () => {
    events.close();
    return told.flatMap((event) => event.kind === "restarting" ? [event.afterMs] : []);
  };
  const fail = (times = 1) => {
    for (let k = 0; k < times; k++) supervisor.failed(id, new Error(`failure ${k}`));
  };
  return { supervisor, states, id, did, clock, fail, pauses };
}

Deno.test("Supervisor doubles the pause before each restart, up to the longest", () => {
  const { supervisor, fail, pauses } = setUp({ restart: { limit: 6, backoffMs: 100, maxBackoffMs: 1_000 } });
  supervisor.begin();
  fail(6);
  supervisor.end();
  deepEqual(pauses(), [100, 200, 400, 800, 1_000, 1_000]);
});

Deno.test("Supervisor forgets failures that are older than the window", () => {
  const { supervisor, clock, did, fail, pauses } = setUp({ restart: { limit: 2, windowSeconds: 10, backoffMs: 100 } });
  supervisor.begin();
  fail(2);
  clock.nowNs = 10e9;
  fail(2);
  deepEqual(did, []);
  fail();
  supervisor.end();
  equal(did.length, 1);
  match(did[0], /^end: Node "n" failed again after 2 restarts within 10 s: failure 0$/);
  deepEqual(pauses(), [100, 200, 100, 200]);
});

Deno.test("Supervisor deals with failures from before the graph ran once it runs", () => {
  const { supervisor, did, fail } = setUp("disable");
  fail();
  deepEqual(did, []);
  supervisor.begin();
  deepEqual(did, ["disable"]);
  fail();
  deepEqual(did, ["disable"], "what is disabled cannot fail");
});

Deno.test("Supervisor disables what waits for a restart when the graph stops, and restarts nothing from then on", () => {
  const { supervisor, id, did, states, fail } = setUp({ restart: {} });
  supervisor.begin();
  fail();
  equal(states.get(id), "restarting");
  supervisor.stop();
  deepEqual(did, ["disable"]);
  supervisor.disabled(id);
  equal(states.get(id), "disabled");
});

Deno.test("Supervisor restarts a node once the pause is over, and not before", () => {
  const timers: { readonly run: () => void; readonly ms: number }[] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, ms: number) => timers.push({ run, ms })) as typeof setTimeout;
  try {
    const { supervisor, did, fail } = setUp({ restart: { limit: 2, backoffMs: 100 } });
    supervisor.begin();
    fail();
    deepEqual([timers.map(({ ms }) => ms), did], [[100], []]);
    timers[0].run();
    deepEqual(did, ["begin"]);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

Deno.test("Supervisor builds a node anew at once that went by no fault of its own, and counts that as no failure", () => {
  const { supervisor, id, did, states } = setUp("disable");
  supervisor.begin();
  supervisor.revive(id, new Error("another node keeps the thread"));
  deepEqual([did, states.get(id)], [["begin"], "restarting"]);
  supervisor.end();
});
