/** The advice for a graph that has come to a stop, and the proof that it helps. */
import { equal, rejects } from "node:assert/strict";
import { fixture, port } from "../../../tests/fixtures/define.ts";
import { eachDriver } from "../../../tests/fixtures/each_driver.ts";
import { counting, filter, type Script, source } from "../../../tests/fixtures/scripted.ts";
import type { AudioFrame } from "../../frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../ports/stream.ts";
import type { Processor, ProcessorContext } from "../../processor.ts";
import type { NodeHandle } from "../../registry/handle.ts";
import { Runtime } from "../../runtime.ts";

type Joined = NodeHandle<{ x: AudioFrame; y: AudioFrame }, { out: AudioFrame }>;

/** Writes a frame of x once a frame of y has arrived. */
const join = fixture<Joined, Record<never, never>>(() => ({
  process(this: { x: StreamInput<AudioFrame>; y: StreamInput<AudioFrame>; out: StreamOutput<AudioFrame> }) {
    while (this.x.peek() && this.y.peek()) {
      const frame = this.x.read();
      if (frame === undefined) return;
      this.y.read();
      this.out.write(frame);
    }
  },
} as unknown as Processor), {
  type: "join",
  lane: "main",
  trigger: "all",
  ports: [
    port({ name: "x", direction: "input", kind: "audio" }),
    port({ name: "y", direction: "input", kind: "audio" }),
    port({ name: "out", direction: "output", kind: "audio" }),
  ],
});

/** A delay that begins with `frames` frames of its own, if `prime` is set. */
function delay(frames: number, prime?: boolean): ReturnType<typeof filter> {
  let left = prime ? frames : 0;
  const spec = filter({
    setup: (context: ProcessorContext) => left > 0 ? context.waitUntilNs(1) : undefined,
    process(this: Script, context: ProcessorContext) {
      if (left > 0) {
        this.audioOut!.write(this.audioOut!.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!);
        left--;
        return context.waitUntilNs(1);
      }
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
  }, {
    type: "delay",
    delays: true,
    config: {
      type: "object",
      properties: prime === undefined ? {} : { prime: { type: "boolean", default: false } },
      required: [],
      additionalProperties: false,
    },
  });
  return prime === undefined ? spec : { ...spec, config: { prime } };
}

/** Runs source -> join -> delay -> join. */
async function runLoop(spec: ReturnType<typeof filter>, native: "require" | "off", capacity = 8): Promise<string> {
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(100)), { id: "from" });
  const joined = runtime.add(join());
  const late = runtime.add(spec);
  runtime.connect(from.outputs.audioOut, joined.inputs.x);
  runtime.connect(joined.outputs.out, late.inputs.audioIn, { capacity });
  runtime.connect(late.outputs.audioOut, joined.inputs.y, { capacity });
  await runtime.start();
  return (await runtime.finished).outcome;
}

const STOPPED =
  'The graph has come to a stop: the link from "from.audioOut" to "join.x" is full with 8 frames, and "join" ';

eachDriver("a loop that waits for its own first frame is told to prime its delay, which helps", async (native) => {
  await rejects(runLoop(delay(4, false), native), {
    code: "InvalidGraph",
    message: `${STOPPED}waits for "join.y"; the loop has no frame to begin with: set "prime" on "delay"`,
  });
  equal(await runLoop(delay(4, true), native), "completed");
  await rejects(runLoop(delay(4), native), {
    message: `${STOPPED}waits for "join.y"; the loop through "delay" has no frame to begin with: let "join" go on ` +
      "without one",
  });
});

eachDriver("a loop that cannot hold what it delays is told to hold more, which helps", async (native) => {
  await rejects(runLoop(delay(50, true), native), {
    code: "InvalidGraph",
    message:
      `${STOPPED}does not read them; the links of the loop through "delay" must hold all that is delayed: raise ` +
      "their capacity, or delay less",
  });
  equal(await runLoop(delay(50, true), native, 64), "completed");
});
