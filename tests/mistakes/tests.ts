/**
 * Mistakes in tests of processors, and those of processors that their tests find.
 *
 * @module
 */
import type { HarnessOptions } from "../../testing/options.ts";
import type { NodeSpec } from "../../core/registry/node_type.ts";
import { nodes } from "../../sluice.gen.ts";
import { assertNodePort, assertNodeRegistered, ProcessorHarness } from "../../testing.ts";
import { NodeRegistry } from "../../mod.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { filter, SHAPE, sink } from "../fixtures/scripted.ts";
import { family, type Row, thrownBy } from "./told.ts";

/** What a test does with a harness; what is not typed stands for code that is not checked. */
// deno-lint-ignore no-explicit-any -- as in code without types
type Use = (harness: any) => unknown;

/** A test of a node: by default of one that passes blocks on, called "mine". */
interface Given {
  readonly node?: NodeSpec;
  readonly options?: HarnessOptions;
  readonly use: Use;
}

const BLOCK = { sampleRateHz: 48_000, channels: [new Float32Array([0.5])] };

/** A node that does this with each frame that it reads. */
// deno-lint-ignore no-explicit-any -- as in code without types
function each(work: (this: any, frame: any) => unknown, parts = {}): NodeSpec {
  return filter({
    // deno-lint-ignore no-explicit-any -- as in code without types
    process(this: any) {
      for (let frame = this.audioIn.read(); frame; frame = this.audioIn.read()) work.call(this, frame);
    },
  }, parts);
}

const pass = () =>
  each(function (frame) {
    this.audioOut.write(frame);
  });

/** Pushes a block, and runs the node to its end. */
const run: Use = async (harness) => {
  harness.pushAudio("audioIn", BLOCK);
  harness.end();
  await harness.run();
};

const ASYNC = { isAsync: true };
const SOON = { timeoutMs: 100 };
const never = () => new Promise<void>(() => {});
const registry = new NodeRegistry([nodePackage]);

const rows: readonly Row<Given>[] = [
  {
    mistake: "an option that is misspelt",
    given: { options: { modus: "live" } as never, use: run },
    says: [
      '"modus"',
      'Cannot make a harness: there is no option "modus"',
      'options: "mode"',
    ],
  },
  {
    mistake: "a mode that does not exist",
    given: { options: { mode: "fast" as never }, use: run },
    says: ['"mode"', 'Cannot make a harness: "mode" is "fast"', 'wanted "live" or "offline"'],
  },
  {
    mistake: "a link of a port that does not exist",
    given: { options: { links: { out: {} } }, use: run },
    says: ['"links"', 'Cannot make a harness: the option "links" names port "out"', 'ports: "audioIn" and "audioOut"'],
  },
  {
    mistake: "a link with a policy that does not exist",
    given: { options: { links: { audioOut: { policy: "drop" as never } } }, use: run },
    says: [
      '"mine.audioOut"',
      'Cannot link "mine.audioOut" to "test.audioOut": policy is "drop"',
      'wanted "roll-off", "latest", "drop-newest" and "lossless"',
    ],
  },
  {
    mistake: "an output to leave open that does not exist",
    given: { options: { disconnect: ["out"] }, use: run },
    says: ['"disconnect"', 'Cannot make a harness: the option "disconnect" names port "out"', 'ports: "audioOut"'],
  },
  {
    mistake: "a configuration that the schema refuses",
    given: { node: nodes.gain({ gainDb: 99 }), use: run },
    says: ['"mine"', 'Cannot configure node "mine" (gain): "gainDb" is 99', "wanted a number from -120 to 24 dB"],
  },
  {
    mistake: "a push to a port that does not exist",
    given: { use: (harness) => harness.pushAudio("in", BLOCK) },
    says: ['"in"', 'Cannot push to "in"', 'inputs: "audioIn"'],
  },
  {
    mistake: "a push to an output",
    given: { use: (harness) => harness.pushAudio("audioOut", BLOCK) },
    says: ['"audioOut"', 'Cannot push to "audioOut"', 'inputs: "audioIn"'],
  },
  {
    mistake: "a value pushed to an audio input",
    given: { use: (harness) => harness.pushData("audioIn", 1) },
    says: ['"audioIn"', 'Cannot push data to "audioIn": it takes audio', "call pushAudio()"],
  },
  {
    mistake: "samples pushed without a rate",
    given: { use: (harness) => harness.pushAudio("audioIn", { channels: BLOCK.channels }) },
    says: ['"audioIn"', 'Cannot push audio to "audioIn": sampleRateHz is undefined', "wanted a whole number of hertz"],
  },
  {
    mistake: "samples pushed as they are",
    given: { use: (harness) => harness.pushAudio("audioIn", new Float32Array(4)) },
    says: [
      '"audioIn"',
      'Cannot push audio to "audioIn": found an instance of Float32Array',
      "wanted { sampleRateHz, channels: [new Float32Array(…)] }",
    ],
  },
  {
    mistake: "a list of numbers pushed for a channel",
    given: { use: (harness) => harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [0.5, 0.5] }) },
    says: ['"audioIn"', 'Cannot push audio to "audioIn": channel 0 is a number', "wanted a Float32Array"],
  },
  {
    mistake: "channels of two lengths",
    given: {
      use: (harness) =>
        harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array(2), new Float32Array(4)] }),
    },
    says: [
      '"audioIn"',
      'Cannot push audio to "audioIn": channel 1 has 4 samples and channel 0 has 2',
      "wanted as many",
    ],
  },
  {
    mistake: "a block of no channels",
    given: { use: (harness) => harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [] }) },
    says: [
      "Cannot acquire an audio frame of 0 channels",
      "Cannot acquire an audio frame of 0 channels",
      "wanted 1 to 64",
    ],
  },
  {
    mistake: "a block that is too large",
    given: {
      use: (harness) => harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array(1e6)] }),
    },
    says: [
      '"audio"',
      'Cannot acquire an audio frame of 1 × 1000000 samples (4000000 bytes): a slot of pool "audio" has 65536',
      "use smaller blocks, or set pools.audio.slotBytes",
    ],
  },
  {
    mistake: "a time that is NaN",
    given: { use: (harness) => harness.pushAudio("audioIn", { ...BLOCK, ptsNs: NaN }) },
    says: ['"audioIn"', 'Cannot push to "audioIn": ptsNs is NaN', "wanted a finite number of nanoseconds"],
  },
  {
    mistake: "take of a port that does not exist",
    given: { use: (harness) => harness.takeAudio("out") },
    says: ['"out"', 'Cannot take from "out"', 'connected outputs: "audioOut"'],
  },
  {
    mistake: "take of an input",
    given: { use: (harness) => harness.takeAudio("audioIn") },
    says: ['"audioIn"', 'Cannot take from "audioIn"', 'connected outputs: "audioOut"'],
  },
  {
    mistake: "configure() of a key that does not exist",
    given: { node: nodes.gain(), use: (harness) => harness.configure({ gain: 3 }) },
    says: [
      '"mine"',
      'Cannot configure node "mine" (gain): unknown key "gain" ',
      '(did you mean "gainDb"?)',
    ],
  },
  {
    mistake: "addInput() of a port that is not dynamic",
    given: { use: (harness) => harness.addInput("audioIn") },
    says: [
      '"mine.audioIn"',
      'Cannot add an element to input "mine.audioIn": "scripted-filter" has no dynamic input of that name',
      "dynamic inputs: none",
    ],
  },
  {
    mistake: "an end of a port that does not exist",
    given: { use: (harness) => harness.end("in") },
    says: ['"in"', 'Cannot push to "in"', 'inputs: "audioIn"'],
  },
  {
    mistake: "a source run without an end",
    given: { node: nodes.toneSource({ blockSize: 16 }), use: (harness) => harness.run() },
    says: ['"mine"', 'Node "mine" (tone-source) is still ready after 10000 ticks', "give run() a number of ticks"],
  },
  {
    mistake: "30 writes for a frame",
    given: {
      node: each(function () {
        for (let k = 0; k < 30; k++) this.audioOut.write(this.audioOut.tryAcquire(SHAPE));
      }),
      use: run,
    },
    says: [
      '"mine.audioOut"',
      'Cannot write to "mine.audioOut": its lossless link to "test.audioOut" is full',
      'write at most "burst" frames (now 1) for each frame read or tick',
    ],
  },
  {
    mistake: "a frame used after write()",
    given: {
      node: each(function (frame) {
        this.audioOut.write(frame);
        frame.ptsNs = 0;
      }),
      use: run,
    },
    says: ['"mine"', "the node has written it on", "call retain() to keep a frame"],
  },
  {
    mistake: "samples changed after write()",
    given: {
      node: each(function (frame) {
        const samples = frame.channel(0);
        this.audioOut.write(frame);
        samples[0] = 0;
      }),
      use: run,
    },
    says: [
      '"mine.audioOut"',
      'Cannot read a frame of "mine.audioOut": its payload was changed after it was written, by "mine" or by another node that reads it',
      "change frames before write(), or what writable() gives",
    ],
  },
  {
    mistake: "frames that the node keeps",
    given: { node: each((frame) => frame.retain()), use: run },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) kept 1 frame of "mine.audioIn" beyond its end',
      "what retain() keeps, release() has to give back: at the latest in teardown()",
    ],
  },
  {
    mistake: "frames acquired and kept",
    given: {
      node: each(function () {
        this.audioOut.tryAcquire(SHAPE).retain();
      }),
      use: run,
    },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) kept 1 frame of "mine.audioOut" beyond its end',
      "what retain() keeps, release() has to give back: at the latest in teardown()",
    ],
  },
  {
    mistake: "a promise of process() that never settles",
    given: { node: filter({ process: never }, ASYNC), options: SOON, use: run },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) has not returned from process() for 100 ms, in which it neither read nor wrote: it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event',
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    ],
  },
  {
    mistake: "a promise of setup() that never settles",
    given: { node: filter({ setup: never, process() {} }), options: SOON, use: run },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) has not returned from setup() for 100 ms: it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event',
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    ],
  },
  {
    mistake: "a promise of flush() that never settles",
    given: { node: filter({ flush: never, process() {} }), options: SOON, use: run },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) has not returned from flush() for 100 ms, in which it neither read nor wrote: it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event',
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    ],
  },
  {
    mistake: "a promise of teardown() that never settles",
    given: { node: sink({ teardown: never, process() {} }), options: SOON, use: () => {} },
    says: [
      '"mine"',
      'Node "mine" (scripted-sink) has not returned from teardown() for 100 ms: it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event',
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    ],
  },
  {
    mistake: "an asynchronous tick that waits for more frames than its link holds",
    given: {
      node: filter({
        // deno-lint-ignore no-explicit-any -- as in code without types
        async process(this: any) {
          while (this.audioIn.queued < 20) await new Promise((resolve) => setTimeout(resolve, 1));
        },
      }, ASYNC),
      options: SOON,
      use: async (harness) => {
        for (let k = 0; k < 20; k++) harness.pushAudio("audioIn", BLOCK);
        await harness.run();
      },
    },
    says: [
      '"mine"',
      'Node "mine" (scripted-filter) has not returned from process() for 100 ms, in which it neither read nor wrote: it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event',
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    ],
  },
  {
    mistake: "a node type that is not registered",
    given: { use: () => assertNodeRegistered(registry, "gian") },
    says: [
      '"gian"',
      'Node type "gian" is not registered',
      'registered: "aac-decode"',
    ],
  },
  {
    mistake: "a port that a node type has not",
    given: { use: () => assertNodePort(registry, "gain", "input", "audio") },
    says: ['"gain"', 'Node type "gain" has no input "audio"', 'inputs: "audioIn"'],
  },
];

/** Each runs its test, disposal of the harness included. */
export const tests = family("tests", rows, async ({ node = pass(), options, use }) =>
  await thrownBy(async () => {
    await using harness = await ProcessorHarness.create(node, {}, { id: "mine", ...options });
    await use(harness);
  }));
