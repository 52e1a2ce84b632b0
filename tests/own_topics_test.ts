import { deepEqual, throws } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { EventBus } from "../core/events/bus.ts";
import type { SluiceEvent } from "../core/events/event.ts";

Deno.test("EventBus.emit() tells those who listen to the topic, with a copy of the data", async () => {
  const bus = new EventBus(() => 7);
  const seen: SluiceEvent[] = [];
  bus.on("my:*", (event) => seen.push(event));
  bus.on("other:topic", () => seen.push(undefined as never));
  const data = { cue: 3, none: undefined };
  bus.emit("my:topic", data);
  bus.emit("my:topic:part");
  data.cue = 4;
  await setImmediate();
  const stamp = (topic: string, sequence: number) => ({ topic, name: topic, sequence, timeNs: 7 });
  deepEqual(seen.map((each) => ({ ...each })), [
    { group: "own", kind: "emitted", data: { cue: 3 }, ...stamp("my:topic", 1) },
    { group: "own", kind: "emitted", data: null, ...stamp("my:topic:part", 2) },
  ]);
});

Deno.test("EventBus.emit() refuses what is no topic of one's own, and data that JSON cannot say or that is too long", () => {
  const bus = new EventBus(() => 7);
  throws(() => bus.emit("node:gain", 1), { code: "InvalidConfig", message: /are the runtime's own$/ });
  throws(() => bus.publish({ group: "own", kind: "emitted", name: "runtime", data: 1 }), { code: "InvalidConfig" });
  const loop: unknown[] = [];
  loop.push(loop);
  for (const data of [loop, 7n, () => {}, Symbol("x")]) {
    throws(() => bus.emit("my:topic", data), {
      name: "TypeError",
      message: 'Cannot emit on "my:topic": its data has no JSON',
    });
  }
  throws(() => bus.emit("my:topic", "x".repeat(65_536)), {
    name: "RangeError",
    message: 'Cannot emit on "my:topic": its data has 65538 characters of JSON, at most 65536',
  });
});

Deno.test("EventBus.define() holds data to a schema, whichever way it is told, and passes on what the schema makes of it", async () => {
  const bus = new EventBus(() => 7);
  const schema = z.object({ bpm: z.number().min(20), name: z.string().default("beat") });
  const beat = bus.define("my:beat", schema);
  const seen: unknown[] = [];
  using _heard = beat.on(({ data }) => seen.push(data.bpm, data.name));
  beat.emit({ bpm: 120 });
  // @ts-expect-error -- the data has another type
  throws(() => beat.emit({ bpm: "120" }));
  bus.emit("my:beat", { bpm: 90, name: "slow", more: 1 });
  await setImmediate();
  deepEqual(seen, [120, "beat", 90, "slow"]);
  throws(() => bus.emit("my:beat", { bpm: 3 }), {
    code: "InvalidConfig",
    message: /^Cannot emit on "my:beat": data\.bpm: Too small/,
  });
  const body = { group: "own", kind: "emitted", name: "my:beat", data: {} } as const;
  throws(() => bus.publish(body), { message: /data\.bpm: Invalid input/ });
  bus.define("my:beat", schema);
  bus.emit("my:other", { bpm: 3 });
});

Deno.test("EventBus.define() refuses what is no schema, a second schema, and one that is asynchronous", () => {
  const bus = new EventBus(() => 7);
  for (const schema of [undefined, null, {}, { "~standard": {} }, z.number]) {
    throws(() => bus.define("my:topic", schema as never), { code: "InvalidConfig", message: /is no schema as of/ });
  }
  throws(() => bus.define("lane:x", z.number()), { code: "InvalidConfig" });
  bus.define("my:topic", z.number());
  throws(() => bus.define("my:topic", z.number()), {
    message: 'Cannot define "my:topic": it has another schema already',
  });
  const late = { "~standard": { version: 1, validate: () => Promise.reject(new Error("late")) } } as const;
  bus.define("my:late", late);
  throws(() => bus.emit("my:late"), {
    name: "TypeError",
    message: 'Cannot emit on "my:late": its schema is asynchronous',
  });
});

Deno.test("EventBus.emit() refuses what a schema gives no result of, and takes undefined for a result", () => {
  const bus = new EventBus(() => 7);
  let outcome: unknown;
  bus.define("my:topic", { "~standard": { version: 1, validate: () => outcome } });
  const results = [[undefined, "undefined"], [null, "null"], [true, "a boolean"], [{}, "an object"], [[], "a list"]];
  for (const [given, kind] of results) {
    outcome = given;
    throws(() => bus.emit("my:topic", 1), {
      name: "TypeError",
      message: `Cannot emit on "my:topic": its schema gave ${kind}, wanted an object with "value" or "issues"`,
    });
  }
  outcome = { issues: [] };
  throws(() => bus.emit("my:topic", 1), { code: "InvalidConfig", message: /: data: it does not fit$/ });
  outcome = { value: undefined };
  bus.emit("my:topic", 1);
});
