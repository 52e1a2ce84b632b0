/** What the harness holds a node to, as a graph with lossless links does in development mode. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { filter, type Script, SHAPE, sink, source } from "../tests/fixtures/scripted.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { tapLog } from "../core/log.ts";
import { ProcessorHarness } from "./harness.ts";
import type { AudioInput } from "./input.ts";
import type { HarnessOptions } from "./options.ts";
import type { ProcessorContext } from "../core/processor.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";

const BLOCK: AudioInput = { sampleRateHz: 48_000, channels: [new Float32Array([0.5])] };

/** Pushes blocks into a node and lets it run to its end. */
async function run(node: NodeSpec, blocks: number, options: HarnessOptions = {}): Promise<number> {
  await using harness = await ProcessorHarness.create(node, {}, options);
  for (let k = 0; k < blocks; k++) harness.pushAudio("audioIn", BLOCK);
  harness.end();
  await harness.run();
  ok(harness.finished);
  return node.type.descriptor.outputs.length === 0 ? 0 : harness.takeAudio("audioOut").length;
}

/** Writes so many blocks for each that it reads. */
function writing(perRead: number, parts: Partial<NodeDescriptor> = {}): NodeSpec {
  return filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        for (let k = 0; k < perRead; k++) this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
      }
    },
  }, parts);
}

Deno.test("ProcessorHarness.run() throws Busy where a node writes more for a frame than its output's burst", async () => {
  for (const perRead of [2, 30]) {
    await rejects(run(writing(perRead), 1), {
      code: "Busy",
      message:
        /^Cannot write to "node\.audioOut": its lossless link to "test\.audioOut" is full; write at most "burst" /,
    });
  }
  equal(await run(writing(1), 20), 20);
});

Deno.test("a disposal that throws is logged: it hides what the test threw before it", async () => {
  const messages: string[] = [];
  const stop = tapLog(({ message }) => messages.push(message));
  const held: AudioFrame[] = [];
  const keeping = sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) held.push(frame.retain());
    },
  });
  try {
    await rejects(async () => {
      await using harness = await ProcessorHarness.create(keeping);
      harness.pushAudio("audioIn", BLOCK);
      await harness.run();
      equal(held.length, 0);
    }, SuppressedError);
  } finally {
    stop();
  }
  equal(held.length, 1);
  equal(messages.length, 1);
  ok(/"node"/.test(messages[0]), messages[0]);
});

Deno.test("HarnessOptions.links gives an output another capacity or another policy", async () => {
  equal(await run(writing(3), 5, { links: { audioOut: { capacity: 3 } } }), 15);
  equal(await run(writing(30), 2, { links: { audioOut: { policy: "roll-off", capacity: 4 } } }), 4);
  equal(await run(writing(30), 2, { links: { audioOut: { policy: "latest" } } }), 1);
});

Deno.test("an input of the harness holds what a link of a graph does, and the rest waits", async () => {
  const queued: number[] = [];
  const node = () =>
    sink({
      process(this: Script) {
        queued.push(this.audioIn!.queued);
        this.audioIn!.read();
      },
    });
  await run(node(), 20);
  equal(Math.max(...queued), 8);
  equal(queued.length, 20);
  queued.length = 0;
  await run(node(), 20, { links: { audioIn: { capacity: 3 } } });
  equal(Math.max(...queued), 3);
});

Deno.test("an asynchronous node under test goes on when its output has room again", async () => {
  const node = filter({
    async process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        for (let k = 0; k < 5; k++) {
          await this.audioOut!.ready();
          this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
        }
        frame.release();
      }
    },
  }, { isAsync: true });
  equal(await run(node, 12), 60);
});

Deno.test("ProcessorHarness.create() refuses options that do not exist", async () => {
  const create = (options: object) => ProcessorHarness.create(writing(1), {}, options);
  await rejects(create({ developement: true }), {
    message:
      'Cannot make a harness: there is no option "developement" (did you mean "development"?); options: "mode", ' +
      '"kind", "connect", "disconnect", "id", "slotBytes", "development", "links" and "timeoutMs"',
  });
  await rejects(create({ links: { audioOuts: {} } }), {
    code: "PortNotFound",
    message: 'Cannot make a harness: the option "links" names port "audioOuts" (did you mean "audioOut"?); ' +
      'ports: "audioIn" and "audioOut"',
  });
  await rejects(create({ links: { audioOut: { policy: "lossles" } } }), {
    message: 'Cannot link "node.audioOut" to "test.audioOut": policy is "lossles", wanted "roll-off", "latest", ' +
      '"drop-newest" and "lossless"',
  });
  await rejects(create({ timeoutMs: -1 }), { code: "InvalidConfig" });
  await rejects(create({ disconnect: ["out"] }), { code: "PortNotFound" });
});

const wrong: readonly [string, (this: Script) => void, RegExp][] = [
  ["uses a frame that it has written", function () {
    const frame = this.audioIn!.read();
    if (frame === undefined) return;
    this.audioOut!.write(frame);
    frame.ptsNs = 5;
  }, /Cannot use "ptsNs" of a frame in node "node" \(from "node\.audioIn".*the node has written it on/],
  ["changes samples that it has written", function () {
    const frame = this.audioIn!.read();
    if (frame === undefined) return;
    const samples = frame.channel(0);
    this.audioOut!.write(frame);
    samples[0] = 9;
  }, /Cannot read a frame of "node\.audioOut": its payload was changed after it was written/],
  ["uses a frame that it has released", function () {
    const frame = this.audioIn!.read();
    frame?.release();
    frame?.channel(0);
  }, /Cannot use "channel" of a frame in node "node".*the node has released it/],
  ["sets a time that is none", function () {
    const frame = this.audioIn!.read();
    if (frame !== undefined) frame.ptsNs = frame.durationNs / 0 - Infinity;
  }, /Cannot set "ptsNs" of a frame in node "node" .* to NaN, wanted a finite number of nanoseconds/],
];
for (const [what, process, message] of wrong) {
  Deno.test(`ProcessorHarness.run() throws where a node ${what}`, async () => {
    await rejects(run(filter({ process }), 1), message);
  });
}

Deno.test("ProcessorHarness.pushAudio() and pushData() refuse a time that is none", async () => {
  await using harness = await ProcessorHarness.create(writing(1));
  throws(() => harness.pushAudio("audioIn", { ...BLOCK, ptsNs: NaN }), {
    name: "TypeError",
    message: 'Cannot push to "audioIn": ptsNs is NaN, wanted a finite number of nanoseconds',
  });
  throws(() => harness.push<AudioFrame>("audioIn", SHAPE, (frame) => frame.durationNs = Infinity), {
    message: 'Cannot push to "audioIn": durationNs is Infinity, wanted a finite number of nanoseconds',
  });
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

/** Keeps every frame; gives them back in `teardown()` if told so. */
function keeping(givesBack: boolean): NodeSpec {
  const kept: AudioFrame[] = [];
  return filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        kept.push(frame.retain());
        const made = this.audioOut!.tryAcquire(SHAPE)!;
        kept.push(made.retain());
        this.audioOut!.write(made);
      }
    },
    teardown: () => givesBack ? kept.forEach((frame) => frame.release()) : undefined,
  });
}

Deno.test("ProcessorHarness.teardown() fails where the node kept frames, naming how many and of which port", async () => {
  const told = {
    code: "NodeFailed",
    message: 'Node "keeper" (scripted-filter) kept 5 frames of "keeper.audioIn" and 5 frames of "keeper.audioOut" ' +
      "beyond its end; what retain() keeps, release() has to give back: at the latest in teardown()",
  };
  await rejects(run(keeping(false), 5, { id: "keeper" }), told);
  equal(await run(keeping(true), 5), 5);

  const harness = await ProcessorHarness.create(keeping(false), {}, { id: "keeper" });
  for (let k = 0; k < 5; k++) harness.pushAudio("audioIn", BLOCK);
  await harness.run();
  // What was pushed and not read is the test's.
  harness.pushAudio("audioIn", BLOCK);
  await rejects(harness.teardown(), told);
  await harness.teardown();
});

Deno.test("ProcessorHarness does without checks where development is false", async () => {
  const harness = await ProcessorHarness.create(keeping(false), {}, { development: false });
  for (let k = 0; k < 5; k++) harness.pushAudio("audioIn", BLOCK);
  await harness.run();
  await harness.teardown();
  equal(harness.leakedSlots, 10);
});

const never = () => new Promise<never>(() => {});
const awaits =
  "it awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event; if " +
  "it may take longer, raise the harness's option timeoutMs (0: for ever)";

Deno.test("ProcessorHarness names the node and the call whose promise does not settle", async () => {
  const limit = { timeoutMs: 20, id: "slow" };
  const told = (call: string, idle = "") => ({
    code: "Timeout",
    message: `Node "slow" (scripted-filter) has not returned from ${call} for 20 ms${idle}: ${awaits}`,
  });
  const idle = ", in which it neither read nor wrote";
  await rejects(run(filter({ process: never }, { isAsync: true }), 1, limit), told("process()", idle));
  await rejects(run(filter({ process() {}, flush: never }), 1, limit), told("flush()", idle));
  await rejects(run(filter({ process() {}, setup: never }), 1, limit), told("setup()"));
  await rejects(run(filter({ process() {}, teardown: never }), 1, limit), told("teardown()"));
});

Deno.test("ProcessorHarness waits two seconds for a promise by default, and for ever where it is told to", async () => {
  await rejects(run(filter({ process: never }, { isAsync: true }), 1), {
    message: /^Node "node" \(scripted-filter\) has not returned from process\(\) for 2000 ms/,
  });
  const later = filter({
    process(this: Script) {
      this.audioIn!.read();
      return new Promise<void>((resolve) => setTimeout(resolve, 30));
    },
  }, { isAsync: true });
  equal(await run(later, 1, { timeoutMs: 0 }), 0);
});

Deno.test("ProcessorHarness.run() returns when an external node rests, which ends when it is stopped", async () => {
  const seen: string[] = [];
  const node = source({
    async process(this: Script, { signal }: ProcessorContext) {
      await this.audioOut!.ready();
      this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      seen.push(String(signal.reason));
    },
  }, { mode: "external" });
  await using harness = await ProcessorHarness.create(node);
  await harness.run();
  equal(harness.takeAudio("audioOut").length, 1);
  harness.stop();
  await harness.run();
  deepEqual(seen, ["AbortError: the graph is stopping"]);
  ok(harness.finished);
});
