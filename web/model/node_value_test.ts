import assert from "node:assert/strict";
import type { NodeFigures } from "./graph_figures.ts";
import { nodeValue, steady } from "./node_value.ts";

const sink = { outputs: [] };
const through = { outputs: [{ name: "out", kind: "audio", type: "AudioFrame", optional: false }] };
const at = (ticksPerSecond: number) => ({ ticksPerSecond }) as NodeFigures;

Deno.test("nodeValue() shows what matters of what a node reports, by its name, and otherwise the rate", () => {
  const text = (reported: Record<string, number> | undefined, node: typeof sink | typeof through = sink) =>
    nodeValue(node, at(46.9), reported).text;
  assert.equal(text(undefined), "47/s");
  assert.equal(text({ notFinite: 3 }), "47/s");
  assert.equal(text({ peakDb_0: -7.24, peakDb_1: -9, rmsDb_0: -10, peakHoldDb_0: -1 }), "-7.2 dB");
  assert.equal(text({ peakDb_0: -200 }), "silent");
  assert.equal(text({ peakHz: 659.6, peakDb: -12 }), "660 Hz");
  assert.equal(text({ peakHz: 12_340 }), "12.3 kHz");
  assert.equal(text({ bytes: 2_097_152, files: 1 }), "2 MiB");
  assert.equal(text({ isVoice: 1, levelDb: -20 }), "voice");
  assert.equal(text({ playedSeconds: 75.4 }), "1:15");
  assert.equal(text({ clients: 1 }), "1 client");
  // Bytes that go on to a link are told by its rate.
  assert.equal(text({ bytes: 2_097_152 }, through), "47/s");
  assert.equal(nodeValue(sink, undefined, undefined).text, "–");
});

Deno.test("nodeValue() stays as it is shown until the figure has clearly moved", () => {
  let value = nodeValue(sink, at(46.9), undefined);
  for (const rate of [46.2, 47.6, 46.0, 47.9, 46.6]) {
    value = nodeValue(sink, at(rate), undefined, value);
    assert.equal(value.text, "47/s", `${rate}/s`);
  }
  assert.equal(nodeValue(sink, at(60), undefined, value).text, "60/s");
  // What has really moved a little is shown as well.
  for (let k = 0; k < 8; k++) value = nodeValue(sink, at(48.4), undefined, value);
  assert.equal(value.text, "48/s");
  assert.equal(nodeValue(sink, at(0), undefined, value).text, "0/s");
  const level = nodeValue(sink, at(1), { peakDb: -7.24 });
  assert.equal(nodeValue(sink, at(1), { peakDb: -7.1 }, level).text, "-7.2 dB");
  assert.equal(nodeValue(sink, at(1), { peakDb: -6.9 }, level).text, "-6.9 dB");
  // What it showed before was something else.
  assert.equal(nodeValue(sink, at(47), undefined, level).text, "47/s");
});

Deno.test("steady() takes what was not known before", () => {
  assert.equal(steady(NaN, 3, 100), 3);
  assert.ok(Number.isNaN(steady(3, NaN, 1)));
});
