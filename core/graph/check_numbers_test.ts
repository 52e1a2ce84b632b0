import { deepEqual } from "node:assert/strict";
import { nodePackage } from "../../sluice.gen.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { definePackage } from "../registry/node_type.ts";
import { checkGraph } from "./load.ts";

const camera = fixture(() => ({ process() {} }), {
  type: "pictures",
  mode: "loop",
  ports: [port({ name: "video", direction: "output", kind: "video", type: "VideoFrame" })],
  config: {
    type: "object",
    properties: { frameRate: { type: "number", default: 25 } },
    required: [],
    additionalProperties: false,
  },
});

const REGISTRY = new NodeRegistry([
  nodePackage,
  definePackage({ name: "t", url: import.meta.url, nodes: [camera], sources: {} }),
]);

/** Warnings about a chain of nodes, one link a line from line 3 on. */
function check(nodes: Record<string, unknown>, links: readonly string[], mode = "live"): string[] {
  const text = `{ "version": 1, "mode": "${mode}",\n "nodes": ${JSON.stringify(nodes)}, "links": [\n` +
    links.map((link) => `{ ${link} }`).join(",\n") + "] }";
  const { errors, warnings } = checkGraph(text, "g.json", REGISTRY);
  deepEqual(errors, []);
  return warnings.map(({ message }) => message);
}

const TONE = { type: "tone-source" };
const DELAY = { type: "delay", config: { delayMs: 250 } };
const TO_DELAY = `"from": "tone.audio", "to": "later.frameIn"`;

Deno.test("checkGraph() warns of a link that is too short for the delay behind it, and tells what would do", () => {
  const nodes = { tone: TONE, later: DELAY };
  // ⌈250 ms ÷ (1,024 ÷ 48,000 Hz)⌉ = ⌈11.7⌉
  const reason = `but "later" (delay) lets frames wait there for 250 ms and one comes every 21.33 ms; wanted at ` +
    "least 12";
  deepEqual(check(nodes, [TO_DELAY]), []);
  deepEqual(check(nodes, [`${TO_DELAY}, "capacity": 8`]), [
    `g.json:3:60: The link "tone.audio" to "later.frameIn" is too short: its capacity is 8, ${reason}`,
  ]);
  deepEqual(check(nodes, [`${TO_DELAY}, "policy": "lossless", "capacity": 11`]), [
    `g.json:3:82: The link "tone.audio" to "later.frameIn" is too short: its capacity is 11, ${reason}`,
  ]);
  deepEqual(check(nodes, [`${TO_DELAY}, "capacity": 12`]), []);
});

Deno.test("checkGraph() says nothing of a delay offline, nor where the time between frames is not known", () => {
  deepEqual(check({ tone: TONE, later: DELAY }, [`${TO_DELAY}, "capacity": 8`], "offline"), []);
  const wav = { type: "wav-source", config: { path: "in.wav" } };
  deepEqual(check({ tone: wav, later: DELAY }, [`${TO_DELAY}, "capacity": 8`]), []);
});

Deno.test("checkGraph() takes the size of blocks from a rebuffer on the way, and the rate from a resampler", () => {
  const nodes = {
    tone: { type: "tone-source", config: { sampleRateHz: 48_000, blockSize: 960 } },
    rate: { type: "resampler", config: { sampleRateHz: 16_000 } },
    volume: { type: "gain" },
    chunks: { type: "rebuffer", config: { size: 160 } },
    later: { type: "delay", config: { delayMs: 100 } },
  };
  const chain = (before: string) => [
    `"from": "tone.audio", "to": "rate.audioIn"`,
    `"from": "rate.audioOut", "to": "volume.audioIn"`,
    `"from": "volume.audioOut", "to": "chunks.frameIn"`,
    `"from": "${before}", "to": "later.frameIn", "capacity": 8`,
  ];
  // ⌈100 ÷ (160 ÷ 16,000)⌉ = 10, exactly, where blocks of 20 ms need 5.
  deepEqual(check(nodes, chain("chunks.frameOut")), [
    `g.json:6:65: The link "chunks.frameOut" to "later.frameIn" is too short: its capacity is 8, but "later" ` +
    `(delay) lets frames wait there for 100 ms and one comes every 10 ms; wanted at least 10`,
  ]);
  deepEqual(check(nodes, chain("volume.audioOut")), []);
});

Deno.test("checkGraph() takes the time between pictures from the rate of their source", () => {
  const nodes = (frameRate: number) => ({
    camera: { type: "pictures", config: { frameRate } },
    later: { type: "delay", config: { delayFrames: 0, delayMs: 200 } },
  });
  const link = [`"from": "camera.video", "to": "later.frameIn", "capacity": 4`];
  deepEqual(check(nodes(30), link), [
    `g.json:3:62: The link "camera.video" to "later.frameIn" is too short: its capacity is 4, but "later" ` +
    `(delay) lets frames wait there for 200 ms and one comes every 33.33 ms; wanted at least 6`,
  ]);
  deepEqual(check(nodes(20), link), []);
});

Deno.test("checkGraph() warns of latest on audio, and of a capacity on latest, where they stand", () => {
  const meter = { type: "level-meter" };
  const link = `"from": "tone.audio", "to": "meter.audioIn", "policy": "latest"`;
  const dropsAudio =
    `g.json:3:58: The link "tone.audio" to "meter.audioIn" drops audio whenever its reader is late by ` +
    `one block: the policy "latest" has one place; use "roll-off" for sound that is heard or measured`;
  deepEqual(check({ tone: TONE, meter }, [link]), [dropsAudio]);
  deepEqual(check({ tone: TONE, meter }, [`${link}, "capacity": 1`]), [
    dropsAudio,
    `g.json:3:80: The capacity of the link "tone.audio" to "meter.audioIn" has no effect: the policy "latest" has one ` +
    `place; take it out`,
  ]);
  const values = { tone: TONE, meter, out: { type: "console-sink" } };
  const both = [
    `"from": "tone.audio", "to": "meter.audioIn"`,
    `"from": "meter.levels", "to": "out.data", "policy": "latest"`,
  ];
  deepEqual(check(values, both), []);
});

Deno.test("checkGraph() warns of links that may drop what is recorded, of which those into recorders do not by default", () => {
  const nodes = { tone: TONE, volume: { type: "gain" }, rec: { type: "wav-sink", config: { path: "a.wav" } } };
  const { volume: _, ...direct } = nodes;
  deepEqual(check(direct, [`"from": "tone.audio", "to": "rec.audio"`]), []);
  const [first, last] = [
    `"from": "tone.audio", "to": "volume.audioIn"`,
    `"from": "volume.audioOut", "to": "rec.audio"`,
  ];
  const told = (link: string, policy: string, more = "") =>
    `g.json:${link} may drop what "rec" (wav-sink) is to record: the policy "${policy}" drops frames when it is ` +
    `full${more}; with "lossless" nothing is lost behind the source`;
  deepEqual(check(nodes, [first, last]), []);
  const late = { ...nodes, volume: DELAY };
  deepEqual(
    check(late, [`"from": "tone.audio", "to": "volume.frameIn"`, `"from": "volume.frameOut", "to": "rec.audio"`]),
    [],
  );
  deepEqual(check(nodes, [`${first}, "policy": "roll-off"`, last]), [
    told('3:59: The link "tone.audio" to "volume.audioIn"', "roll-off"),
  ]);
  const apart = { ...nodes, volume: { type: "gain", lane: "other" } };
  deepEqual(check(apart, [first, last]), [told('3:1: The link "tone.audio" to "volume.audioIn"', "roll-off")]);
  deepEqual(check(apart, [first, `${last}, "policy": "drop-newest"`]), [
    told('4:59: The link "volume.audioOut" to "rec.audio"', "drop-newest", ', and so do 1 more before "rec"'),
  ]);
  deepEqual(check(apart, [`${first}, "policy": "lossless"`, last]), []);
  deepEqual(check(apart, [first, last], "offline"), []);
  // It leaves frames on the links before it until there is one on each.
  const mixed = { ...nodes, volume: { type: "mixer" } };
  const mix = [`"from": "tone.audio", "to": "volume.audioIn_0"`, `"from": "volume.audioOut", "to": "rec.audio"`];
  deepEqual(check(mixed, mix), [told('3:1: The link "tone.audio" to "volume.audioIn_0"', "roll-off")]);
});
