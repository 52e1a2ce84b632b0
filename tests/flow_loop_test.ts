/** Loops of links through delays of pictures and of values, in running graphs. */
import { deepEqual, equal } from "node:assert/strict";
import type { DataFrame } from "../core/frames/data_frame.ts";
import type { VideoFrame } from "../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, nodes } from "../mod.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

interface Ports<F extends DataFrame | VideoFrame> {
  readonly fresh: StreamInput<F>;
  readonly back: StreamInput<F>;
  readonly out: StreamOutput<F>;
}

type Joiner<F extends DataFrame | VideoFrame> = NodeHandle<{ fresh: F; back: F }, { out: F }>;

const PORTS = (kind: "data" | "video") => [
  port({ name: "fresh", direction: "input", kind }),
  port({ name: "back", direction: "input", kind }),
  port({ name: "out", direction: "output", kind }),
];

/** Writes what comes new plus twice what comes round. */
const addUp = fixture<Joiner<DataFrame>, Record<never, never>>(() => ({
  process(this: Ports<DataFrame<number>>) {
    if (this.back.peek() === undefined) return;
    const fresh = this.fresh.read();
    if (fresh === undefined) return;
    const sum = this.out.tryAcquire({ value: (fresh.value + 2 * this.back.read()!.value) % 1009 })!;
    sum.ptsNs = fresh.ptsNs;
    this.out.write(sum);
  },
}), { type: "add-up", trigger: "all", lane: "main", ports: PORTS("data") });

/** Adds half of each byte that comes round to the same byte of the new picture. */
const blend = fixture<Joiner<VideoFrame>, Record<never, never>>(() => ({
  process(this: Ports<VideoFrame>) {
    if (this.back.peek() === undefined) return;
    const fresh = this.fresh.read();
    if (fresh === undefined) return;
    const back = this.back.read()!;
    equal(back.ptsNs, fresh.ptsNs);
    const own = fresh.writable();
    const bytes = own.plane(0);
    for (const [at, byte] of back.plane(0).entries()) bytes[at] += byte >> 1;
    this.out.write(own);
  },
}), { type: "blend", trigger: "all", lane: "main", ports: PORTS("video") });

for (const lane of ["main", "worker"]) {
  eachDriver(`a loop through delay on lane ${lane} keeps state from value to value`, async (native) => {
    await using runtime = new Runtime({ mode: "offline", native });
    const source = runtime.add(appSource.data());
    const sum = runtime.add(addUp());
    const delay = runtime.add(nodes.delay({ delayFrames: 2, prime: true, initial: 5 }), { lane });
    const sink = runtime.add(appSink.data());
    runtime.connect(source.outputs.data, sum.inputs.fresh);
    runtime.connect(sum.outputs.out, delay.inputs.frameIn);
    runtime.connect(delay.outputs.frameOut, sum.inputs.back);
    runtime.connect(sum.outputs.out, sink.inputs.data);
    await runtime.start();
    const feeding = (async () => {
      for (let k = 0; k < 40; k++) await source.push({ value: k });
      source.end();
    })();
    const seen: unknown[] = [];
    for await (const frame of sink) seen.push(frame.value);
    await feeding;
    const expected: number[] = [];
    for (let k = 0; k < 40; k++) expected.push((k + 2 * (k < 2 ? 5 : expected[k - 2])) % 1009);
    deepEqual(seen, expected);
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    for (const pool of summary.pools) equal(pool.free, pool.slots);
  });

  eachDriver(`a loop through delay on lane ${lane} makes an exact trail`, async (native) => {
    const [width, height, count] = [16, 2, 20];
    const shape = { pixelFormat: "rgba8", width, height, frameRate: 50 } as const;
    const size = 4 * width * height;
    await using runtime = new Runtime({ mode: "offline", native });
    const source = runtime.add(appSource.video(shape));
    const mix = runtime.add(blend());
    const delay = runtime.add(nodes.delay({ delayFrames: 3, prime: true, ...shape }), { lane });
    const sink = runtime.add(appSink.video());
    runtime.connect(source.outputs.video, mix.inputs.fresh);
    runtime.connect(mix.outputs.out, delay.inputs.frameIn);
    runtime.connect(delay.outputs.frameOut, mix.inputs.back);
    runtime.connect(mix.outputs.out, sink.inputs.video);
    await runtime.start();
    const pictures = Array.from(
      { length: count },
      (_, k) => Uint8Array.from({ length: size }, (_, at) => (k * 37 + at * 11) & 0x7f),
    );
    const feeding = (async () => {
      for (const picture of pictures) await source.push({ planes: [picture] });
      source.end();
    })();
    const seen: Uint8Array[] = [];
    for await (const frame of sink) seen.push(frame.plane(0).slice());
    await feeding;
    const black = Uint8Array.from({ length: size }, (_, at) => at % 4 === 3 ? 255 : 0);
    const expected: Uint8Array[] = [];
    for (const [k, picture] of pictures.entries()) {
      const back = k < 3 ? black : expected[k - 3];
      expected.push(picture.map((byte, at) => byte + (back[at] >> 1)));
    }
    deepEqual(seen, expected);
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    for (const pool of summary.pools) equal(pool.free, pool.slots);
  });
}
