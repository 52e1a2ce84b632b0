/**
 * Resident memory while values go from one worker lane to another: what they are encoded into is memory that lanes
 * have anyway, and what they leave behind is collected as they go.
 */
import assert from "node:assert/strict";
import { valueReport, valueSink, valueSource, valuesReported } from "../bench/nodes/values.ts";
import { Runtime } from "../core/runtime.ts";
import { residentMb } from "../tools/soak/process_figures.ts";
import { Series } from "../tools/soak/series.ts";
import { median } from "../tools/soak/slope.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** How long values go, seconds. Heaps need a minute to grow to their size, so only a longer run tells of the memory. */
const SECONDS = Number(Deno.env.get("SLUICE_VALUES_SECONDS") ?? 0.3);
const IS_LONG = SECONDS >= 120;
const PER_SECOND = 310_000;

/** Looks at the memory. */
const LOOKS = 100;

/**
 * By how much memory may grow over the last half, megabytes. In ten minutes these are 93 million values, of which the
 * bytes of `node:v8` would leave 1,300 bytes each; the heaps go up and down by 7 MB.
 */
const MOST_GROWN_MB = 16;

eachDriver(
  `${PER_SECOND} values a second go between lanes${IS_LONG ? ", and memory stays as it is" : ""}`,
  async (native) => {
    const count = Math.ceil(SECONDS * PER_SECOND);
    await using runtime = new Runtime({ mode: "offline", native });
    const link = { policy: "lossless", capacity: 256 } as const;
    const source = runtime.add(valueSource({ count, perSecond: PER_SECOND }), { lane: "from" });
    const sink = runtime.add(valueSink({ warmup: 0, count }), { lane: "to" });
    runtime.connect(source.outputs.data, sink.inputs.data, link);
    runtime.connect(sink.outputs.seen, runtime.add(valueReport()).inputs.data, { policy: "lossless" });
    valuesReported.length = 0;
    await runtime.start();
    const startedMs = performance.now();
    const series = new Series(2 * LOOKS);
    const looks = setInterval(
      () => series.push((performance.now() - startedMs) / 1_000, residentMb()),
      SECONDS * 1_000 / LOOKS,
    );
    await runtime.finished;
    clearInterval(looks);
    const [{ received, wrong, fromNs, toNs }] = valuesReported;
    assert.deepEqual({ received, wrong }, { received: count, wrong: 0 });
    if (!IS_LONG) return;
    const perSecond = count / ((toNs - fromNs) / 1e9);
    assert.ok(perSecond >= 300_000, `${perSecond} values a second`);
    const middle = mb(series, 0.5, 0.6);
    const end = mb(series, 0.9, 1);
    assert.ok(end - middle <= MOST_GROWN_MB, `from ${middle} to ${end} MB in the last half of ${SECONDS} s`);
  },
);

/** The median of the looks in a part of the time. */
function mb(series: Series, from: number, to: number): number {
  const looks = series.since(from * SECONDS).filter(({ atSeconds }) => atSeconds < to * SECONDS);
  return median(looks.map(({ value }) => value));
}
