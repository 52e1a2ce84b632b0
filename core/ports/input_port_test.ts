import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { port } from "../../tests/fixtures/define.ts";
import { acquire, bench, freeSlots, linkPlan } from "../../tests/fixtures/slots.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import { LocalLink } from "../links/local_link.ts";
import { readLinkCounters } from "../stats.ts";
import { type InputHost, InputPort } from "./input_port.ts";

const SLOTS = 64;

const HOST: InputHost = {
  id: "reader",
  type: "reader",
  mayRead: () => true,
  received: (frame: Frame) => frame,
  shown: (frame: Frame) => frame,
  took: () => {},
};

Deno.test("InputPort.readLatest() gives encoded frames that can be decoded, marks gaps and counts the rest as skipped", () => {
  const steps = fc.array(fc.constantFrom("key", "delta", "delta", "delta", "latest", "read"), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (operations) => {
      const { page, pool } = bench(SLOTS);
      const link = new LocalLink(linkPlan("encoded", "lossless", SLOTS), page);
      const input = new InputPort("in", port({ name: "in", direction: "input", kind: "encoded" }), HOST, () => []);
      input.attach(link);
      let written = 0;
      let read = 0;
      let last = -1;
      for (const operation of operations) {
        if (operation === "key" || operation === "delta") {
          const keyframe = operation === "key";
          const frame = acquire<EncodedFrame>(pool, "encoded", { codec: "vp8", maxBytes: 1, keyframe });
          frame.sequence = written++;
          link.write(frame);
          continue;
        }
        const frame = (operation === "latest" ? input.readLatest() : input.read()) as EncodedFrame | undefined;
        if (operation === "latest") equal(link.available(), 0, "nothing older is left");
        if (frame === undefined) continue;
        const missing = frame.sequence !== last + 1;
        equal(missing && !frame.keyframe, false, `frame ${frame.sequence} after ${last} cannot be decoded`);
        equal(frame.discontinuity, missing, `frame ${frame.sequence} after ${last}`);
        last = frame.sequence;
        read++;
        pool.release(frame.slot);
      }
      link.publish();
      const { queued, dropped, ...counters } = readLinkCounters(page, 0, 0);
      deepEqual([counters.written, counters.read, queued], [written, read, link.available()]);
      deepEqual(dropped, { full: 0, skipped: written - read - queued, unlinked: 0, laneLost: 0 });
      equal(freeSlots(pool), SLOTS - queued);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("InputPort.detach() keeps what is missing: the frame that comes first by another link says so", () => {
  const { page, pool } = bench(SLOTS);
  const link = new LocalLink(linkPlan("encoded", "lossless", SLOTS), page);
  const input = new InputPort("in", port({ name: "in", direction: "input", kind: "encoded" }), HOST, () => []);
  input.skipsToKey = true;
  input.detach();
  input.attach(link);
  for (const keyframe of [false, true, false]) {
    link.write(acquire<EncodedFrame>(pool, "encoded", { codec: "vp8", maxBytes: 1, keyframe }));
  }
  const read = () => {
    const { keyframe, discontinuity } = input.read() as EncodedFrame;
    return [keyframe, discontinuity];
  };
  deepEqual([read(), read()], [[true, true], [false, false]]);
});

Deno.test("InputPort.markGap() flags the next frame, and no other", () => {
  const { page, pool } = bench(SLOTS);
  const link = new LocalLink(linkPlan("audio", "lossless", SLOTS), page);
  const input = new InputPort("in", port({ name: "in", direction: "input", kind: "audio" }), HOST, () => []);
  input.attach(link);
  const write = () =>
    link.write(acquire<AudioFrame>(pool, "audio", { sampleRateHz: 48_000, channels: 1, sampleCount: 1 }));
  const flags: boolean[] = [];
  for (const marks of [false, true, false]) {
    if (marks) input.markGap();
    write();
    flags.push(input.read()!.discontinuity);
  }
  deepEqual(flags, [false, true, false]);
});
