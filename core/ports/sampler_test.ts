import { deepEqual, equal } from "node:assert/strict";
import type { Frame } from "../frames/frame.ts";
import type { LinkWriter } from "../links/link.ts";
import { Sampler } from "./sampler.ts";

/** A link to a hidden node, and the times of the frames that it was given. */
function link(sampleNs: number, capacity: number) {
  const given: number[] = [];
  const writer = {
    plan: { sampleNs, capacity },
    write: ({ ingressNs }: Frame) => given.push(ingressNs),
    markGap: () => given.push(NaN),
  } as unknown as LinkWriter;
  return { given, writer };
}

/** A frame that a node owns. */
function frame(ingressNs: number, more: object = {}): Frame {
  return { ingressNs, owned: 1, retained: 0, kind: "audio", pool: { retain: () => {} }, ...more } as unknown as Frame;
}

Deno.test("Sampler gives each link the frames of its own pace, also where they come unevenly", () => {
  const slow = link(100, 1);
  const all = link(0, 64);
  const sampler = new Sampler([slow.writer, all.writer]);
  const times = [1_000, 1_051, 1_099, 1_151, 1_201, 1_252, 1_300, 5_000, 5_010, 5_100];
  for (const ns of times) sampler.sample(frame(ns));
  // In the mean one in 100 ns: after a pause, the link's one place is free beside that.
  deepEqual(slow.given, [1_000, 1_051, 1_151, 1_201, 1_300, 5_000, 5_010, 5_100]);
  deepEqual(all.given, times);
});

Deno.test("Sampler lets as many frames come at once as the link holds", () => {
  const { given, writer } = link(10, 4);
  const sampler = new Sampler([writer]);
  for (let k = 0; k < 20; k++) sampler.sample(frame(1_000));
  equal(given.length, 5);
  for (let k = 0; k < 20; k++) sampler.sample(frame(1_020));
  equal(given.length, 7);
});

Deno.test("Sampler goes on where a source dates its frames earlier than before, and where links change", () => {
  const { given, writer } = link(10, 1);
  const sampler = new Sampler([writer]);
  sampler.sample(frame(1_000));
  sampler.sample(frame(1_001));
  const after = new Sampler([link(10, 1).writer, writer], sampler);
  after.sample(frame(1_002));
  equal(given.length, 2, "it keeps its pace");
  after.sample(frame(5));
  deepEqual(given.at(-1), 5);
});

Deno.test("Sampler leaves out a value that cannot leave its lane, and a frame that the node does not own", () => {
  const { given, writer } = link(0, 1);
  const sampler = new Sampler([writer]);
  const serialize = () => {
    throw new TypeError("a function");
  };
  sampler.sample(frame(1, { kind: "data", serialize }));
  sampler.sample(frame(2, { owned: 0 }));
  sampler.sample(frame(3, { kind: "data", serialize: () => {} }));
  deepEqual(given, [NaN, 3]);
});
