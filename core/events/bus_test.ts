import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { exposeGc } from "../../tests/fixtures/expose_gc.ts";
import { hostileValues } from "../../tests/fixtures/hostile.ts";
import { numberedSource } from "../../tests/fixtures/numbered.ts";
import { counting, gathering, misbehaving, sink, source } from "../../tests/fixtures/scripted.ts";
import { nodeId } from "../ids.ts";
import { configureLog } from "../log.ts";
import { Runtime } from "../runtime.ts";
import { EventBus } from "./bus.ts";
import type { EventBody, SluiceEvent } from "./event.ts";
import { NodeStates } from "./run_events.ts";

const warn = (message: string) => ({ group: "runtime", kind: "warning", message }) as const;

Deno.test("EventBus.on() calls listeners later, in order, by pattern; a listener that throws stops no other", async () => {
  const bus = new EventBus(() => 7);
  const seen: string[] = [];
  bus.on("*", () => {
    throw new Error("thrown on purpose");
  });
  const lanes = bus.on("lane:d*", (event) => seen.push(event.topic));
  bus.on("runtime", (event) => seen.push(`${event.sequence} ${event.timeNs}`));
  bus.publish({ group: "lane", lane: "dsp", kind: "started" });
  bus.publish({ group: "lane", lane: "x-dsp", kind: "started" });
  bus.publish(warn("a"));
  deepEqual(seen, []);
  await setImmediate();
  deepEqual(seen, ["lane:dsp", "3 7"]);
  lanes[Symbol.dispose]();
  bus.publish({ group: "lane", lane: "dsp", kind: "closed" });
  await setImmediate();
  equal(seen.length, 2);
});

Deno.test("EventBus.on() refuses a pattern that no topic fits", () => {
  const bus = new EventBus(() => 0);
  for (const pattern of ["node", "nodes:*", "node:", "", "run time"]) {
    throws(() => bus.on(pattern, () => {}), { code: "InvalidConfig", message: /there is no such topic/ });
  }
  throws(() => bus.on("node", () => {}), /did you mean "node:\*"\?/);
});

Deno.test("EventBus.publish() refuses what is no event, and tells nobody", async () => {
  const bus = new EventBus(() => 0);
  const seen: SluiceEvent[] = [];
  bus.on("*", (event) => seen.push(event));
  for (
    const [body, message] of [
      [undefined, /^Cannot publish undefined: it is not an event, an object with "group" and "kind"$/],
      ["text", /: it is not an event/],
      [{ group: "nodes", kind: "custom" }, /: its "group" is "nodes", wanted one of "runtime", .* and "lane"$/],
      [{ group: "__proto__", kind: "custom" }, /: its "group" is "__proto__"/],
      [{ group: "runtime" }, /: its "kind" is undefined, wanted a text$/],
      [{ group: "node", kind: "custom" }, /: its "nodeId" is undefined, wanted an id$/],
      [{ group: "lane", kind: "started", lane: "a.b" }, /: its "lane" is "a\.b", wanted an id$/],
      [{ group: "node", kind: "custom", nodeId: "__proto__" }, /: its "nodeId" is "__proto__", wanted an id$/],
      [{ group: "node", kind: "custom", nodeId: "a".repeat(65) }, /: its "nodeId" is "a+.*, wanted an id$/],
    ] as const
  ) throws(() => bus.publish(body as unknown as EventBody), { name: "TypeError", message });
  bus.publish(warn("a"));
  await setImmediate();
  deepEqual(seen.map(({ sequence }) => sequence), [1]);
});

Deno.test("EventBus.subscribe() drops the oldest, counts, and ends with the bus", async () => {
  const bus = new EventBus(() => 0);
  const stream = bus.subscribe("runtime", { capacity: 2 });
  for (const message of ["a", "b", "c", "d", "e"]) bus.publish(warn(message));
  bus.close();
  const seen: number[] = [];
  for await (const event of stream) seen.push(event.sequence);
  deepEqual([seen, stream.dropped], [[4, 5], 3]);
  throws(() => bus.subscribe("*", { capacity: 0 }), RangeError);
});

eachDriver("Runtime.events tells of a run from start to end before finished settles", async (native) => {
  const runtime = new Runtime({ mode: "offline", native });
  const events: SluiceEvent[] = [];
  runtime.events.on("*", (event) => events.push(event));
  const from = runtime.add(source(counting(3)), { id: "from" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  const of = (group: string) => events.filter((event) => event.group === group).map((event) => event.kind);
  deepEqual(of("runtime"), ["started", "ended"]);
  deepEqual(of("lane"), ["started", "closed"]);
  deepEqual(
    events.flatMap((event) =>
      event.group === "node" && event.kind === "state" ? [`${event.nodeId} ${event.state}`] : []
    ),
    ["from new", "to new", "from running", "to running", "from ended", "to ended"],
  );
  deepEqual(events.map((event) => event.sequence), events.map((_, k) => k + 1));
});

eachDriver(
  "Runtime.events tells of a failure on a worker lane by node, as an error, and at the end",
  async (native) => {
    const runtime = new Runtime({ mode: "offline", native });
    const events: SluiceEvent[] = [];
    runtime.events.on("*", (event) => events.push(event));
    const from = runtime.add(numberedSource({ count: 10 }));
    const bad = runtime.add(misbehaving({ how: "throw" }), { id: "bad" });
    runtime.connect(from.outputs.audio, bad.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished);
    const failed = events.find((event) => event.group === "node" && event.kind === "failed");
    ok(failed?.topic === "node:bad" && failed.group === "node" && failed.kind === "failed");
    equal(failed.error.code, "NodeFailed");
    equal(events.filter((event) => event.topic === "error").length, 1);
    const last = events.at(-1)!;
    ok(last.group === "runtime" && last.kind === "ended" && last.outcome === "failed");
  },
);

Deno.test("EventBus.on() logs a listener that throws anything or rejects with it, and calls the others", async () => {
  const bus = new EventBus(() => 0);
  const lines: string[] = [];
  configureLog({ setting: { level: "error", json: false }, write: (line) => lines.push(line), terminal: false });
  try {
    for (const make of hostileValues.values()) {
      bus.on("*", () => {
        throw make();
      });
      bus.on("*", () => Promise.reject(make()));
    }
    const seen: string[] = [];
    bus.on("*", (event) => seen.push(event.topic));
    bus.publish(warn("a"));
    await setTimeout(0);
    await setImmediate();
    deepEqual(seen, ["runtime"]);
    equal(lines.filter((line) => line.includes('A listener of "*" failed: ')).length, 2 * hostileValues.size);
  } finally {
    configureLog();
  }
});

Deno.test("EventBus.onWeak() goes on calling a listener of which one of two subscriptions was disposed of", async () => {
  const collect = exposeGc();
  const bus = new EventBus(() => 0);
  const owner = {};
  const seen: string[] = [];
  // Only the subscription refers to the listener.
  const [first] = [(event: SluiceEvent) => seen.push(event.topic)].map((listener) => {
    const subscription = bus.onWeak(owner, "runtime", listener);
    bus.onWeak(owner, "lane:*", listener);
    return subscription;
  });
  first[Symbol.dispose]();
  await setTimeout(0);
  collect();
  bus.publish(warn("a"));
  bus.publish({ group: "lane", lane: "dsp", kind: "started" });
  await setImmediate();
  deepEqual([seen, Object.keys(owner)], [["lane:dsp"], []]);
});

Deno.test("EventBus.onWeak() lets go of the subscriptions of an owner that is gone, with no event to tell it by", async () => {
  const collect = exposeGc();
  const bus = new EventBus(() => 0);
  const subscribe = () => [..."abc"].map((id) => new WeakRef(bus.onWeak({}, `node:${id}`, () => {})));
  const subscriptions = subscribe();
  for (let round = 0; round < 100 && subscriptions.some((each) => each.deref() !== undefined); round++) {
    await setTimeout(0);
    collect();
  }
  deepEqual(subscriptions.map((each) => each.deref()), [undefined, undefined, undefined]);
  bus.publish(warn("the bus is still there"));
});

Deno.test("EventBus.onWeak() calls the listener while its owner is there, and lets both be collected", async () => {
  const collect = exposeGc();
  const bus = new EventBus(() => 0);
  const seen: number[] = [];
  const owners: object[] = [{}];
  const subscribe = (owner: object): void => {
    bus.onWeak(owner, "*", (event) => seen.push(event.sequence, Object.keys(owner).length));
  };
  subscribe(owners[0]);
  for (let round = 0; round < 3; round++) {
    await setTimeout(0);
    collect();
  }
  bus.publish(warn("a"));
  await setImmediate();
  deepEqual(seen, [1, 0]);
  owners.length = 0;
  for (let round = 0; round < 3; round++) {
    await setTimeout(0);
    collect();
  }
  bus.publish(warn("b"));
  await setImmediate();
  deepEqual(seen, [1, 0]);
});

Deno.test("EventBus.on() brings what a listener publishes in a later turn, and nothing once it has disposed of itself", async () => {
  const bus = new EventBus(() => 0);
  let echoes = 0;
  bus.on("runtime", () => {
    if (++echoes < 3) bus.publish(warn("echo"));
  });
  let calls = 0;
  const once = bus.on("runtime", () => {
    calls++;
    once[Symbol.dispose]();
  });
  bus.publish(warn("a"));
  bus.publish(warn("b"));
  await setImmediate();
  deepEqual([echoes, calls], [2, 1]);
  await setImmediate();
  deepEqual([echoes, calls], [4, 1]);
});

Deno.test("EventBus.on() refuses a listener that is no function", () => {
  const bus = new EventBus(() => 0);
  for (const [listener, kind] of [[null, "null"], [undefined, "undefined"], [{}, "an object"]] as const) {
    const refusal = { name: "TypeError", message: `Cannot listen to "*": found ${kind}, wanted a function` };
    throws(() => bus.on("*", listener as never), refusal);
    throws(() => bus.onWeak(bus, "*", listener as never), refusal);
  }
});

Deno.test("EventBus.subscribe() gives nothing more once its stream was returned from", async () => {
  const bus = new EventBus(() => 0);
  const stream = bus.subscribe("*");
  bus.publish(warn("a"));
  await stream.return!();
  deepEqual(await stream.next(), { done: true, value: undefined });
});

Deno.test("NodeStates.set() tells a state only where it is another one", async () => {
  const bus = new EventBus(() => 0);
  const told: unknown[] = [];
  bus.on("node:a", (event) => told.push(event.kind === "state" && [event.state, event.previous]));
  const states = new NodeStates(bus);
  for (const state of ["running", "running", "failed"] as const) states.set(nodeId("a"), state);
  await setImmediate();
  deepEqual(told, [["running", undefined], ["failed", "running"]]);
});
