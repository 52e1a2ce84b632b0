import { deepEqual, equal, match, rejects } from "node:assert/strict";
import fc from "fast-check";
import type { PacketFields, PacketFrame } from "../../core/frames/packet_frame.ts";
import { ProcessorHarness } from "../../testing/harness.ts";
import { tapLog } from "../../core/log.ts";
import { type Aligned, nodes } from "../../sluice.gen.ts";
import { blend } from "./blend.ts";
import { TimeAligner } from "./time_aligner.ts";

const MS = 1e6;

/** What came out: the reference's value, its partner's, and the time between them in milliseconds. */
function take(harness: ProcessorHarness): unknown[] {
  return harness.takeData<Aligned<unknown, unknown>>("aligned").map(({ reference, other, offsetNs }) => [
    reference,
    other,
    offsetNs === null ? null : offsetNs / MS,
  ]);
}

function pushAll(harness: ProcessorHarness, port: string, timesMs: readonly number[]): void {
  for (const ms of timesMs) harness.pushData(port, ms, ms * MS);
}

Deno.test("data-align gives each value of the reference the nearest of the other stream, the earlier of two as near", async () => {
  await using harness = await ProcessorHarness.create(nodes.dataAlign({ toleranceMs: 10 }));
  pushAll(harness, "reference", [10, 20, 30, 60]);
  pushAll(harness, "other", [8, 19, 25, 35, 80]);
  harness.end();
  await harness.run();
  deepEqual(take(harness), [[10, 8, -2], [20, 19, -1], [30, 25, -5]]);
  deepEqual(harness.figures, { aligned: 3, missing: 1, late: 0, waiting: 0 });
});

Deno.test("data-align puts numbers on the line between two values of the other stream", async () => {
  await using harness = await ProcessorHarness.create(nodes.dataAlign({ match: "interpolate", missing: "pass" }));
  pushAll(harness, "reference", [10, 25, 30, 110]);
  harness.pushData("other", { x: 1, list: [0, 4], at: "a" }, 20 * MS);
  harness.pushData("other", { x: 2, list: [10, 8], at: "b" }, 30 * MS);
  harness.end();
  await harness.run();
  deepEqual(take(harness), [
    [10, null, null],
    [25, { x: 1.5, list: [5, 6], at: "a" }, 0],
    [30, { x: 2, list: [10, 8], at: "b" }, 0],
    [110, null, null],
  ]);
});

Deno.test("data-align waits for a partner until the reference has gone on for waitMs, and counts one that comes late", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.dataAlign({ toleranceMs: 5, waitMs: 20, missing: "pass" }),
  );
  pushAll(harness, "reference", [0, 10]);
  await harness.run();
  deepEqual([take(harness), harness.figures?.waiting], [[], 2]);
  pushAll(harness, "reference", [20]);
  await harness.run();
  deepEqual(take(harness), [[0, null, null]]);
  pushAll(harness, "other", [0, 9, 30]);
  await harness.run();
  deepEqual(take(harness), [[10, 9, -1], [20, null, null]]);
  deepEqual(harness.figures, { aligned: 1, missing: 2, late: 1, waiting: 0 });
});

Deno.test("data-align decides what waits when the other stream ends, and what is left when both have", async () => {
  await using harness = await ProcessorHarness.create(nodes.dataAlign({ waitMs: 60_000 }));
  pushAll(harness, "other", [0]);
  harness.end("other");
  pushAll(harness, "reference", [1, 2]);
  harness.end("reference");
  await harness.run();
  deepEqual(take(harness), [[1, 0, -1], [2, 0, -2]]);
  equal(harness.finished, true);
});

Deno.test("data-align reads on of the other stream when the reference is over, so that nobody waits for it", async () => {
  await using harness = await ProcessorHarness.create(nodes.dataAlign());
  pushAll(harness, "reference", [1]);
  harness.end("reference");
  pushAll(harness, "other", Array.from({ length: 200 }, (_, k) => k));
  harness.end("other");
  await harness.run();
  deepEqual([take(harness).length, harness.finished], [1, true]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

/** What the log says of items that were left out. */
function leftOut(): Disposable & { readonly lines: string[] } {
  const lines: string[] = [];
  const untap = tapLog(({ level, nodeId, message }) => {
    if (nodeId !== undefined) lines.push(`${level} ${message}`);
  });
  return { lines, [Symbol.dispose]: untap };
}

/** Times that are so far apart. */
function every(ms: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => k * ms);
}

Deno.test("data-align says at its end how many items had no partner, and what to do", async () => {
  const ends: readonly [Parameters<typeof nodes.dataAlign>[0], number[], string[]][] = [
    [{ match: "interpolate" }, every(200, 5), [
      'warn 14 of 19 items of "reference" were left out: none of "other" was a partner within 50 ms; raise ' +
      '"toleranceMs" (both items around the time are to be within it), or set "missing" to "pass" to get them ' +
      "without a partner",
    ]],
    [{ toleranceMs: 20 }, every(200, 5), [
      'warn 14 of 19 items of "reference" were left out: none of "other" was a partner within 20 ms; raise ' +
      '"toleranceMs", or set "missing" to "pass" to get them without a partner',
    ]],
    [{}, [], [
      'warn 19 of 19 items of "reference" were left out: none of "other" was a partner within 50 ms; nothing has come ' +
      'by "other": see what leads to it, or set "missing" to "pass" to get them without a partner',
    ]],
    [{ toleranceMs: 40 }, every(50, 18), [
      'info 1 of 19 items of "reference" were left out: none of "other" was a partner within 40 ms; raise ' +
      '"toleranceMs", or set "missing" to "pass" to get them without a partner',
    ]],
    [{ match: "interpolate", toleranceMs: 200 }, every(200, 6), []],
    [{ missing: "pass" }, [], []],
  ];
  for (const [config, others, lines] of ends) {
    using log = leftOut();
    await using harness = await ProcessorHarness.create(nodes.dataAlign(config));
    pushAll(harness, "reference", every(50, 19));
    pushAll(harness, "other", others);
    harness.end();
    await harness.run();
    deepEqual(log.lines, lines);
  }
});

Deno.test("data-align says that what comes late is waited for too shortly", async () => {
  using log = leftOut();
  await using harness = await ProcessorHarness.create(nodes.dataAlign({ toleranceMs: 5, waitMs: 20 }));
  pushAll(harness, "reference", [0, 10, 20, 30]);
  await harness.run();
  pushAll(harness, "other", [0, 10, 20, 30]);
  harness.end();
  await harness.run();
  deepEqual(log.lines, [
    'warn 2 of 4 items of "reference" were left out: none of "other" was a partner within 5 ms; "other" has come late: ' +
    'raise "waitMs", or set "missing" to "pass" to get them without a partner',
  ]);
});

Deno.test("data-align says once, after 2 s of a live graph, that nothing has found a partner", async () => {
  using log = leftOut();
  await using harness = await ProcessorHarness.create(nodes.dataAlign(), {}, { mode: "live" });
  const told: number[] = [];
  for (let ms = 0; ms <= 3000; ms += 500) {
    pushAll(harness, "reference", [ms]);
    await harness.run();
    told.push(log.lines.length);
    harness.advance(500 * MS);
  }
  harness.end();
  await harness.run();
  deepEqual(told, [0, 0, 0, 0, 1, 1, 1]);
  match(log.lines.join("\n"), /^warn 3 of 3 items .* nothing has come by "other": see what leads to it/);
});

function pushRecords(
  harness: ProcessorHarness,
  port: string,
  atMs: number,
  everyMs: number,
  columns: { readonly [name: string]: readonly number[] },
  fields: PacketFields,
): void {
  const count = Object.values(columns)[0].length;
  harness.push<PacketFrame>(port, { fields, capacity: count }, (frame) => {
    frame.ptsNs = atMs * MS;
    frame.durationNs = count * everyMs * MS;
    for (const [name, values] of Object.entries(columns)) frame.column(name).set(values);
  });
}

function takeBatches(harness: ProcessorHarness): unknown[] {
  return harness.takePackets("aligned").map(({ ptsNs, durationNs, discontinuity, columns }) => [
    ptsNs / MS,
    durationNs / MS,
    discontinuity,
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]])),
  ]);
}

Deno.test("packet-align joins records of two rates, and leaves out those that have no partner", async () => {
  await using harness = await ProcessorHarness.create(nodes.packetAlign({ toleranceMs: 2 }));
  pushRecords(harness, "other", 0, 5, { heat: [20, 21] }, { heat: "f32" });
  pushRecords(harness, "reference", 0, 2, { x: [1, 2, 3, 4] }, { x: "i32" });
  pushRecords(harness, "reference", 8, 2, { x: [5, 6] }, { x: "i32" });
  harness.end();
  await harness.run();
  deepEqual(takeBatches(harness), [
    [0, 8, false, { x: [1, 2, 3, 4], heat: [20, 20, 21, 21], offsetNs: [0, -2 * MS, MS, -MS] }],
  ]);
  deepEqual(harness.figures, { aligned: 4, missing: 2, late: 0, waiting: 0 });
});

Deno.test("packet-align interpolates floats, takes whole numbers from the nearer record, and passes records alone", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.packetAlign({ match: "interpolate", toleranceMs: 10, missing: "pass" }),
  );
  const fields = { heat: "f64", state: "u8" } as const;
  pushRecords(harness, "other", 0, 10, { heat: [20, 30], state: [1, 2] }, fields);
  pushRecords(harness, "reference", 3, 6, { x: [0, 1, 2] }, { x: "u32" });
  harness.end();
  await harness.run();
  deepEqual(takeBatches(harness), [
    [3, 18, false, { x: [0, 1, 2], heat: [23, 29, NaN], state: [1, 2, 0], offsetNs: [0, 0, NaN] }],
  ]);
});

Deno.test("packet-align refuses two fields of one name", async () => {
  await using harness = await ProcessorHarness.create(nodes.packetAlign(), {}, { id: "join" });
  for (const port of ["reference", "other"]) pushRecords(harness, port, 0, 1, { x: [1] }, { x: "f32" });
  harness.end();
  await rejects(harness.run(), (error: Error) => {
    match(error.message, /Cannot align the inputs of "join": more than one field would be named "x"; give it another/);
    return true;
  });
});

Deno.test("blend() leaves alone what is no number, or not alike", () => {
  deepEqual(blend({ a: 0, b: { c: 1 }, d: [1, 2], e: null } as object, { a: 4, b: { c: 3 }, d: [1], e: 2 }, 0.25), {
    a: 1,
    b: { c: 1.5 },
    d: [1, 2],
    e: null,
  });
  deepEqual(blend(new Float32Array([0, 2]), new Float32Array([4, 4]), 0.5), new Float32Array([2, 3]));
  const date = new Date(5);
  equal(blend(date, new Date(9), 0.5), date);
});

Deno.test("TimeAligner finds what a search through the whole stream finds, however the two come in", () => {
  const times = fc.array(fc.nat(60), { maxLength: 20 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(fc.property(
    times,
    times,
    fc.nat(20),
    fc.boolean(),
    fc.infiniteStream(fc.boolean()),
    (references, others, toleranceNs, interpolates, turns) => {
      const aligner = new TimeAligner<number, number>({ toleranceNs, waitNs: Infinity, interpolates });
      const [left, right] = [[...references], [...others]];
      const found: unknown[] = [];
      const decide = (ended: boolean) => {
        for (let each = aligner.next(ended); each !== undefined; each = aligner.next(ended)) {
          found.push([each.timeNs, Number.isNaN(each.offsetNs) ? null : each.offsetNs, each.far !== undefined]);
        }
      };
      for (const turn of turns) {
        if (left.length === 0 && right.length === 0) break;
        if (left.length > 0 && (turn || right.length === 0)) aligner.pushReference(left[0], left.shift()!);
        else aligner.pushOther(right[0], right.shift()!);
        decide(false);
      }
      decide(true);
      deepEqual(found, references.map((timeNs) => partnerOf(timeNs, others, toleranceNs, interpolates)));
    },
  ));
});

/** Decides what can be, as reference and partner. */
function decided(aligner: TimeAligner<number, number>, ended = false): [number, number | undefined][] {
  const found: [number, number | undefined][] = [];
  for (let each = aligner.next(ended); each !== undefined; each = aligner.next(ended)) {
    found.push([each.item, each.near]);
  }
  return found;
}

const NEAREST = { toleranceNs: 5, waitNs: 50, interpolates: false };

for (const order of ["reference", "other"]) {
  Deno.test(`TimeAligner pairs two streams that start anew, ${order} first, also where the second is behind`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(5), fc.integer({ min: 1, max: 4 }), (count, lag, gap) => {
        const aligner = new TimeAligner<number, number>({ ...NEAREST, waitNs: 5000 });
        const found: [number, number | undefined][] = [];
        const reference = (ns: number) => aligner.pushReference(ns, ns);
        const other = (ns: number) => aligner.pushOther(ns, ns);
        const [first, second] = order === "reference" ? [reference, other] : [other, reference];
        for (let k = 0; k < count; k++) {
          first(1000 + k * gap);
          second(1000 + k * gap);
          found.push(...decided(aligner));
        }
        // The second brings some more from before, while the first has started anew.
        for (let k = 0; k < count + lag; k++) {
          if (k < count) first(k * gap);
          second(k < lag ? 1000 + (count + k) * gap : (k - lag) * gap);
          found.push(...decided(aligner));
        }
        found.push(...decided(aligner, true));
        deepEqual(
          found.filter(([ns]) => ns < 1000),
          Array.from({ length: count }, (_, k) => [k * gap, k * gap]),
        );
        equal(found.filter(([ns]) => ns >= 1000).length, order === "reference" ? count : count + lag);
        equal(aligner.waiting, 0);
      }),
    );
  });
}

Deno.test("TimeAligner decides what waits when the reference goes back, and goes on without the other stream", () => {
  const aligner = new TimeAligner<number, number>(NEAREST);
  aligner.pushReference(1_000_000, 1_000_000);
  for (let ns = 0; ns <= 100; ns += 10) aligner.pushReference(ns, ns);
  deepEqual(decided(aligner).map(([ns]) => ns), [1_000_000, 0, 10, 20, 30, 40, 50]);
});

Deno.test("TimeAligner goes on when only the other stream goes back", () => {
  const aligner = new TimeAligner<number, number>(NEAREST);
  aligner.pushOther(1000, 1000);
  for (let ns = 0; ns < 1000; ns++) aligner.pushOther(ns, ns);
  aligner.pushReference(1010, 1010);
  deepEqual(decided(aligner), [[1010, undefined]]);
  aligner.pushOther(1010, 1011);
  aligner.pushReference(1010, 1010);
  deepEqual(decided(aligner), [[1010, 1011]]);
});

Deno.test("TimeAligner leaves items out whose times are not finite", () => {
  const aligner = new TimeAligner<number, number>(NEAREST);
  for (const ns of [NaN, Infinity, -Infinity]) {
    aligner.pushOther(ns, -1);
    aligner.pushReference(ns, -1);
  }
  aligner.pushOther(1, 1);
  aligner.pushReference(1, 1);
  deepEqual([decided(aligner), aligner.kept], [[[1, 1]], 1]);
});

Deno.test("TimeAligner is full once it keeps 1,024 items that span the wait, and makes room from the oldest on", () => {
  const aligner = new TimeAligner<number, number>({ ...NEAREST, waitNs: 2000 });
  const push = (ns: number) => {
    aligner.makeRoom();
    aligner.pushOther(ns, ns);
  };
  for (let ns = 0; ns < 2000; ns++) push(ns);
  equal(aligner.isFull, false);
  push(2000);
  equal(aligner.isFull, true);
  for (let ns = 2001; ns < 9000; ns++) push(ns);
  equal(aligner.kept, 2001);
  aligner.pushReference(6998, 6998);
  aligner.pushReference(8500, 8500);
  deepEqual(decided(aligner), [[6998, 6999], [8500, 8500]]);
  equal(aligner.kept, 500);
  aligner.rules = { ...NEAREST, waitNs: Infinity };
  for (let ns = 9000; ns < 9000 + 70_000; ns++) push(ns);
  equal(aligner.kept, 65_536);
});

Deno.test("data-align keeps of the other stream what a live reference to come may want", async () => {
  await using harness = await ProcessorHarness.create(nodes.dataAlign({ toleranceMs: 5 }), {}, { mode: "live" });
  for (let ms = 0; ms < 1500; ms++) {
    pushAll(harness, "other", [ms]);
    await harness.run();
  }
  pushAll(harness, "reference", [476, 1000]);
  await harness.run();
  deepEqual(take(harness), [[476, 476, 0], [1000, 1000, 0]]);
});

Deno.test("packet-align hands the gap that a batch without records says to the next batch, not to one that waits", async () => {
  await using harness = await ProcessorHarness.create(nodes.packetAlign({ missing: "pass" }));
  const push = (atMs: number, x: number[]) => pushRecords(harness, "reference", atMs, 1, { x }, { x: "f32" });
  push(0, [1]);
  harness.push<PacketFrame>("reference", { fields: { x: "f32" }, capacity: 0 }, (frame) => {
    frame.ptsNs = MS;
    frame.discontinuity = true;
  });
  push(10, [2]);
  push(11, [3]);
  harness.end();
  await harness.run();
  deepEqual(harness.takePackets("aligned").map(({ discontinuity }) => discontinuity), [false, true, false]);
});

/** The partner by a plain search: time, offset, whether it is made of two. */
function partnerOf(timeNs: number, others: readonly number[], toleranceNs: number, interpolates: boolean): unknown {
  const near = others.filter((each) => Math.abs(each - timeNs) <= toleranceNs);
  if (interpolates && !near.includes(timeNs)) {
    const around = near.some((each) => each < timeNs) && near.some((each) => each > timeNs);
    return around ? [timeNs, 0, true] : [timeNs, null, false];
  }
  const best = near.toSorted((a, b) => Math.abs(a - timeNs) - Math.abs(b - timeNs) || a - b)[0];
  return [timeNs, best === undefined ? null : best - timeNs, false];
}
