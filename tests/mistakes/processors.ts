/**
 * Mistakes in what processors do while they run: with ports, frames, time, and what they throw.
 *
 * @module
 */
import { Runtime } from "../../core/runtime.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import { counting, filter, gathering, SHAPE, sink, source } from "../fixtures/scripted.ts";
import { family, type Row, thrownBy } from "./told.ts";

/** The methods of the node "mine", which stands between a source and a sink; with its descriptor. */
interface Mine {
  // deno-lint-ignore no-explicit-any -- as in code without types
  readonly methods: { readonly [method: string]: (this: any, context: any) => unknown };
  readonly parts?: Partial<NodeDescriptor>;
  /** Blocks that the source makes; by default 4. */
  readonly blocks?: number;
  /** What accepts its blocks, if not everything. */
  readonly accepts?: { readonly channels?: number };
}

/** A node with this `process()`. */
function ticks(process: Mine["methods"][string], parts: Partial<NodeDescriptor> = {}): Mine {
  return { methods: { process }, parts };
}

/** A node that does this with each frame that it reads. */
// deno-lint-ignore no-explicit-any -- as in code without types
function each(work: (this: any, frame: any, context: any) => unknown, parts: Partial<NodeDescriptor> = {}): Mine {
  return ticks(function (context) {
    for (let frame = this.audioIn.read(); frame; frame = this.audioIn.read()) work.call(this, frame, context);
  }, parts);
}

/** An asynchronous node. */
const ASYNC = { isAsync: true };

const rows: readonly Row<Mine>[] = [
  {
    mistake: "an error that process() throws",
    given: ticks(() => {
      throw new Error("the file is gone");
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "the file is gone"],
  },
  {
    mistake: "text that process() throws",
    given: ticks(() => {
      throw "no luck";
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "no luck"],
  },
  {
    mistake: "nothing that process() throws",
    given: ticks(() => {
      throw undefined;
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "undefined"],
  },
  {
    mistake: "a promise that process() rejects",
    given: ticks(() => Promise.reject(new Error("offline")), ASYNC),
    says: ['Node "mine" (my-node)', "failed in process()", "offline"],
  },
  {
    mistake: "process() that wants a frame",
    given: ticks((frame) => frame.channel(0)),
    says: ['Node "mine" (my-node)', "failed in process()", "frame.channel is not a function"],
  },
  {
    mistake: "a port by another name",
    given: ticks(function () {
      this.audio.read();
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "Cannot read properties of undefined (reading 'read')"],
  },
  {
    mistake: "read() of an output",
    given: ticks(function () {
      this.audioOut.read();
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "this.audioOut.read is not a function"],
  },
  {
    mistake: "write() to an input",
    given: each(function (frame) {
      this.audioIn.write(frame);
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "this.audioIn.write is not a function"],
  },
  {
    mistake: "a frame of an empty input",
    given: ticks(function () {
      this.audioIn.read();
      this.audioIn.read();
      this.audioIn.read().channel(0);
    }),
    says: ['Node "mine" (my-node)', "failed in process()", "Cannot read properties of undefined (reading 'channel')"],
  },
  {
    mistake: "write() of nothing",
    given: ticks(function () {
      this.audioOut.write(undefined);
    }),
    says: [
      '"mine.audioOut"',
      'Cannot write undefined to output "mine.audioOut": it carries audio',
      "write what read() or tryAcquire() gives",
    ],
  },
  {
    mistake: "write() of an array",
    given: ticks(function () {
      this.audioOut.write(new Float32Array(4));
    }),
    says: [
      '"mine.audioOut"',
      'Cannot write an instance of Float32Array to output "mine.audioOut": it carries audio',
      "write what read() or tryAcquire() gives",
    ],
  },
  {
    mistake: "write() of a frame twice",
    given: each(function (frame) {
      this.audioOut.write(frame);
      this.audioOut.write(frame);
    }),
    says: [
      'Node "mine" (my-node)',
      'Cannot write a frame of pool "audio": it was released or written before',
      "call retain() before that to keep a frame",
    ],
  },
  {
    mistake: "write() of a frame that was released",
    given: each(function (frame) {
      frame.release();
      this.audioOut.write(frame);
    }),
    says: [
      'Node "mine" (my-node)',
      'Cannot write a frame of pool "audio": it was released or written before',
      "call retain() before that to keep a frame",
    ],
  },
  {
    mistake: "a frame released twice",
    given: each((frame) => {
      frame.release();
      frame.release();
    }),
    says: ['"mine.audioIn"', "the node has released it", "call retain() to keep a frame"],
  },
  {
    mistake: "a frame used after write()",
    given: each(function (frame) {
      this.audioOut.write(frame);
      frame.ptsNs = 0;
    }),
    says: ['"mine.audioIn"', "the node has written it on", "call retain() to keep a frame"],
  },
  {
    mistake: "samples changed after write()",
    given: each(function (frame) {
      const samples = frame.channel(0);
      this.audioOut.write(frame);
      samples[0] = 1;
    }),
    says: [
      '"mine.audioOut"',
      'Cannot read a frame of "mine.audioOut": its payload was changed after it was written, by "mine" or by another node that reads it',
      "change frames before write(), or what writable() gives",
    ],
  },
  {
    mistake: "a frame kept without retain()",
    given: (() => {
      // deno-lint-ignore no-explicit-any -- as in code without types
      let last: any;
      return each((frame) => {
        last?.channel(0);
        last = frame;
      });
    })(),
    says: ['"mine.audioIn"', "the tick that had it is over", "call retain() to keep a frame"],
  },
  {
    mistake: "a channel that does not exist",
    given: each((frame) => frame.channel(7)),
    says: ['Node "mine" (my-node)', "Cannot take channel 7 of an audio frame with 1 channels", "wanted 0 to 0"],
  },
  {
    mistake: "a channel before the first",
    given: each((frame) => frame.channel(-1)),
    says: ['Node "mine" (my-node)', "Cannot take channel -1 of an audio frame with 1 channels", "wanted 0 to 0"],
  },
  {
    mistake: "a time that is NaN",
    given: each((frame) => frame.ptsNs = NaN),
    says: [
      '"mine.audioIn"',
      'Cannot set "ptsNs" of a frame in node "mine" (from "mine.audioIn") to NaN',
      "wanted a finite number of nanoseconds",
    ],
  },
  {
    mistake: "a time as text",
    given: each((frame) => frame.ptsNs = "0:01"),
    says: [
      '"mine.audioIn"',
      'Cannot set "ptsNs" of a frame in node "mine" (from "mine.audioIn") to a string',
      "wanted a finite number of nanoseconds",
    ],
  },
  {
    mistake: "tryAcquire() without measures",
    given: ticks(function () {
      this.audioOut.tryAcquire();
    }),
    says: [
      '"mine.audioOut"',
      'Cannot acquire a frame of "mine.audioOut": found undefined',
      "wanted an object of its measures",
    ],
  },
  {
    mistake: "tryAcquire() with a measure that is missing",
    given: ticks(function () {
      this.audioOut.tryAcquire({ channels: 1, sampleCount: 4 });
    }),
    says: ['Node "mine" (my-node)', "Cannot acquire an audio frame at undefined Hz", "wanted a whole number of hertz"],
  },
  {
    mistake: "tryAcquire() of no channels",
    given: ticks(function () {
      this.audioOut.tryAcquire({ ...SHAPE, channels: 0 });
    }),
    says: ['Node "mine" (my-node)', "Cannot acquire an audio frame of 0 channels", "wanted 1 to 64"],
  },
  {
    mistake: "tryAcquire() of half a sample",
    given: ticks(function () {
      this.audioOut.tryAcquire({ ...SHAPE, sampleCount: 0.5 });
    }),
    says: ['Node "mine" (my-node)', "Cannot acquire an audio frame of 0.5 samples", "wanted a whole number of them"],
  },
  {
    mistake: "tryAcquire() of more samples than a slot has",
    given: ticks(function () {
      this.audioOut.tryAcquire({ ...SHAPE, sampleCount: 1e6 });
    }),
    says: [
      'Node "mine" (my-node)',
      'Cannot acquire an audio frame of 1 × 1000000 samples (4000000 bytes): a slot of pool "audio" has 65536',
      "use smaller blocks, or set pools.audio.slotBytes",
    ],
  },
  {
    mistake: "more writes for a frame than the burst",
    given: each(function () {
      for (let k = 0; k < 30; k++) this.audioOut.write(this.audioOut.tryAcquire(SHAPE));
    }),
    says: [
      '"mine.audioOut"',
      'Cannot write to "mine.audioOut": its lossless link to "to.audioIn" is full',
      'write at most "burst" frames (now 1) for each frame read or tick',
    ],
  },
  {
    mistake: "announce() of another kind",
    given: {
      methods: {
        setup() {
          this.audioOut.announce({ kind: "video", pixelFormat: "rgba8", width: 2, height: 2 });
        },
        process() {},
      },
    },
    says: [
      '"mine.audioOut"',
      "failed in setup()",
      'Cannot announce video on output "mine.audioOut": it carries audio, so announce that',
    ],
  },
  {
    mistake: "two channels where the reader takes one",
    given: {
      ...each(function () {
        this.audioOut.write(this.audioOut.tryAcquire({ ...SHAPE, channels: 2 }));
      }),
      accepts: { channels: 1 },
    },
    says: [
      '"mine.audioOut"',
      'Cannot send "mine.audioOut" to "to.audioIn": it carries audio 48000 Hz, 2 channels',
      "wanted 1 channel",
    ],
  },
  {
    mistake: "setup() that throws",
    given: {
      methods: {
        setup() {
          throw new Error("no such device");
        },
        process() {},
      },
    },
    says: ['Node "mine" (my-node)', "failed in setup()", "no such device"],
  },
  {
    mistake: "setup() that rejects",
    given: { methods: { setup: () => Promise.reject(new Error("no such device")), process() {} } },
    says: ['Node "mine" (my-node)', "failed in setup()", "no such device"],
  },
  {
    mistake: "flush() that throws",
    given: {
      methods: {
        process() {
          this.audioIn.read();
        },
        flush() {
          throw new Error("nothing to flush");
        },
      },
    },
    says: ['Node "mine" (my-node)', "failed in flush()", "nothing to flush"],
  },
  {
    mistake: "waitUntilNs() of no time",
    given: each((_, context) => context.waitUntilNs(NaN)),
    says: [
      'Node "mine" (my-node)',
      'Cannot wait: node "mine" called waitUntilNs(NaN)',
      "wanted a time of nowNs(), nanoseconds",
    ],
  },
  {
    mistake: "report() of what is no number",
    given: each((_, context) => context.report({ level: "high" })),
    says: ['Node "mine" (my-node)', 'Cannot report figure "level" of "mine": found high', "wanted a finite number"],
  },
  {
    mistake: "report() of a number alone",
    given: each((_, context) => context.report(3)),
    says: ['Node "mine" (my-node)', 'Cannot report figures of "mine": found a number', "wanted an object by name"],
  },
  {
    mistake: "emit() without a name",
    given: each((_, context) => context.emit()),
    says: ['Node "mine" (my-node)', 'Cannot emit an event of node "mine": its name ', "is not of 1 to 64 characters"],
  },
  {
    mistake: "every frame kept",
    given: { ...each((frame) => frame.retain()), blocks: Infinity },
    says: [
      'node "mine" keeps ',
      'so that node "from" waits for a free slot of pool "audio"',
      "a node that calls retain() has to call release()",
    ],
  },
  {
    mistake: "an asynchronous tick with every slot in hand",
    given: ticks(async function () {
      for (;;) (await this.audioOut.acquire(SHAPE)).retain();
    }, ASYNC),
    says: [
      'node "mine" keeps ',
      'waits for a free slot of pool "audio"',
      "a node that calls retain() has to call release()",
    ],
  },
];

/** Each runs in a graph on lane main, in portable and in development mode. */
export const processors = family("processors", rows, async ({ methods, parts, accepts, blocks = 4 }) => {
  await using runtime = new Runtime({ mode: "offline", native: "off", development: true });
  const from = runtime.add(source(counting(blocks)), { id: "from" });
  const mine = runtime.add(filter(methods as never, { type: "my-node", ...parts }), { id: "mine" });
  const to = runtime.add(sink(gathering([]), accepts as never), { id: "to" });
  runtime.connect(from.outputs.audioOut, mine.inputs.audioIn);
  runtime.connect(mine.outputs.audioOut, to.inputs.audioIn);
  return await thrownBy(async () => {
    await runtime.start();
    await runtime.finished;
  });
});
