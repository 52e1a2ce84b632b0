import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { filter, type Script, sink, source } from "../../tests/fixtures/scripted.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { LinkPolicy } from "../links/policy.ts";
import { Runtime } from "../runtime.ts";

const COUNT = 60;

/**
 * Frames in a tick of the source, as its port declares. The links lack room for twice as many, so ticks do not depend
 * on time.
 */
const BURST = 4;

/** Actions on a frame that a node has read. */
const ACTIONS = ["pass", "keep", "release", "retain", "replace", "copy", "add", "skip", "look", "return"] as const;
type Action = (typeof ACTIONS)[number];

/** The frames that reached the sink, by tick: the value, the media time and the number of each. */
type Received = [number, number, number][][];

/** Applies `actions` to the frames in turn. Ticks that read nothing are not among `ticks`. */
function acting(actions: readonly Action[], ticks: number[]): Script & Record<string, unknown> {
  let done = 0;
  let retained: AudioFrame | undefined;
  return {
    process(this: Script) {
      const input = this.audioIn!;
      const output = this.audioOut!;
      const from = done;
      for (let frame = input.read(); frame !== undefined; frame = input.read()) {
        const action = actions[done++ % actions.length];
        if (action === "pass") output.write(frame);
        else if (action === "release") frame.release();
        else if (action === "retain") {
          retained?.release();
          retained = frame.retain();
          output.write(frame);
        } else if (action === "replace") {
          const value = frame.channel(0)[0];
          frame.release();
          write(output, value + 1000);
        } else if (action === "copy") {
          const own = frame.writable();
          own.ptsNs += 7;
          output.write(own);
        } else if (action === "add") {
          output.write(frame);
          write(output, 5000);
        } else if (action === "skip") {
          const newest = input.readLatest();
          if (newest !== undefined) output.write(newest);
        } else if (action === "look") {
          if (input.peek() !== undefined && input.queued > 0) output.write(frame);
        } else if (action === "return") break;
      }
      if (done > from) ticks.push(done - from);
    },
    flush(this: Script) {
      retained?.release();
      // A tick that wrote nothing has the time of the frame read last.
      write(this.audioOut!, 9000);
    },
  };
}

function write(output: NonNullable<Script["audioOut"]>, value: number): void {
  const made = output.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!;
  made.channel(0)[0] = value;
  output.write(made);
}

/** Writes blocks of one sample, whose value is their number, in bursts. */
function bursting(): Script & Record<string, unknown> {
  let next = 0;
  return {
    process(this: Script, context) {
      for (let k = 0; k < BURST && next < COUNT; k++) write(this.audioOut!, next++);
      if (next === COUNT) context.finish();
    },
  };
}

/** Runs a graph with one acting node. Links have open ends only for ticks of nodes that are not checked. */
async function run(actions: readonly Action[], policy: LinkPolicy, capacity: number, development: boolean) {
  const received: Received = [];
  const ticks: number[] = [];
  await using runtime = new Runtime({ mode: "offline", development });
  const from = runtime.add(source(bursting()));
  const middle = runtime.add(filter(acting(actions, ticks)));
  const to = runtime.add(sink({
    process(this: Script) {
      const tick: Received[number] = [];
      for (const frame of this.audioIn!.drain()) tick.push([frame.channel(0)[0], frame.ptsNs, frame.sequence]);
      if (tick.length > 0) received.push(tick);
    },
  }));
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless", capacity });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy, capacity });
  await runtime.start();
  const summary = await runtime.finished.catch((error: Error) => error.message);
  // A node that adds frames may write more than there is room for.
  if (typeof summary === "string") return { received, ticks, failure: summary };
  const { links, nodes, pools } = summary;
  equal(pools[0].free, pools[0].slots, "every slot is free at the end");
  return {
    received,
    ticks,
    links: links.map(({ written, read, dropped, queued, highWater }) => ({
      written,
      read,
      dropped,
      queued,
      highWater,
    })),
    nodes: nodes.map(({ ticks, framesIn, framesOut }) => ({ ticks, framesIn, framesOut })),
  };
}

Deno.test("a node whose links' ends are open for a tick reads, writes and counts what it does where they are not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 12 }),
      fc.constantFrom<LinkPolicy>("lossless", "roll-off"),
      fc.integer({ min: BURST, max: 2 * BURST - 1 }),
      async (actions, policy, capacity) => {
        deepEqual(await run(actions, policy, capacity, false), await run(actions, policy, capacity, true));
      },
    ),
    { numRuns: 60 },
  );
});
