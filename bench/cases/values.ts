/**
 * Small values from a node on one worker lane to one on another.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";
import { v8Sink, v8Source, valueReport, valueSink, valueSource, valuesReported } from "../nodes/values.ts";
import { postMessages } from "../peers/post_message.ts";

const VALUES = 300_000;
const WARMUP = 50_000;

/** `node:v8` takes some 25 times as long, and its memory grows with every value. */
const OLD_VALUES = 20_000;
const OLD_WARMUP = 4_000;

/** Nanoseconds for a value: 300,000 a second. */
const LIMIT_NS = 1e9 / 300_000;

export const values: Benchmark = {
  name: "values",
  about:
    `${
      VALUES.toLocaleString("en")
    } objects of five fields, { id, sensor, x, y, ok }, made on one worker lane and read ` +
    "on another, each compared with what was sent. Bytes of node:v8 in a slot are how values went before.",
  async run({ runs }) {
    const rows: Row[] = [];
    for (const portable of [false, true]) {
      const times: number[] = [];
      rows.push(
        await compare(runs, {
          what: `small values, lane to lane${portable ? ", portable mode" : ""}`,
          peer: "node:v8 in a slot",
          of: "speed",
          ours: async () => {
            times.push(await betweenLanes("values", portable));
            return times.at(-1)!;
          },
          theirs: () => betweenLanes("v8", portable),
        }),
      );
      const perSecond = times.map((ns) => 1e9 / ns).sort((a, b) => a - b);
      const shown = (rate: number) => `${Math.round(rate / 1000)} k`;
      rows.push({
        what: `the same: values a second${portable ? ", portable mode" : ""}`,
        peer: "",
        result: shown(perSecond[perSecond.length >> 1]),
        spread: `${shown(perSecond[0])} to ${shown(perSecond.at(-1)!)}`,
        goal: "≥ 300 k",
        hit: 1e9 / perSecond[perSecond.length >> 1] <= LIMIT_NS,
        detail: "",
      });
    }
    rows.push(
      await compare(runs, {
        what: "small values, lane to lane",
        peer: "worker_threads postMessage, a number",
        of: "speed",
        ours: () => betweenLanes("values", false),
        theirs: () => postMessages("small"),
      }),
    );
    return rows;
  },
};

/** @returns nanoseconds for a value */
async function betweenLanes(how: "values" | "v8", portable: boolean): Promise<number> {
  const [timed, warmup] = how === "values" ? [VALUES, WARMUP] : [OLD_VALUES, OLD_WARMUP];
  const count = timed + warmup;
  await using runtime = new Runtime({ mode: "offline", native: portable ? "off" : "require" });
  const link = { policy: "lossless", capacity: 256 } as const;
  const [from, to] = [{ lane: "bench-a" }, { lane: "bench-b" }];
  let seen;
  if (how === "values") {
    const sink = runtime.add(valueSink({ warmup, count }), to);
    runtime.connect(runtime.add(valueSource({ count }), from).outputs.data, sink.inputs.data, link);
    seen = sink.outputs.seen;
  } else {
    const sink = runtime.add(v8Sink({ warmup, count }), to);
    runtime.connect(runtime.add(v8Source({ count }), from).outputs.packet, sink.inputs.packet, link);
    seen = sink.outputs.seen;
  }
  runtime.connect(seen, runtime.add(valueReport()).inputs.data, { policy: "lossless" });
  valuesReported.length = 0;
  await runtime.start();
  const { links } = await runtime.finished;
  const [{ received, wrong, fromNs, toNs }] = valuesReported;
  deepEqual({ received, wrong }, { received: count, wrong: 0 });
  equal(links[0].read, count, "values read");
  return (toNs - fromNs) / timed;
}
