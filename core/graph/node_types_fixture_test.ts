/**
 * Node types for the tests of this folder: descriptors only, nothing that runs.
 *
 * @module
 */
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { defineNodeType, definePackage } from "../registry/node_type.ts";

const AUDIO = { kind: "audio", type: "AudioFrame", optional: false, burst: 1, doc: "" } as const;
const NO_CONFIG = { type: "object", properties: {}, required: [], additionalProperties: false } as const;

function input(name: string, more: Partial<PortDescriptor> = {}): PortDescriptor {
  return { ...AUDIO, name, direction: "input", ...more };
}

function output(name: string, more: Partial<PortDescriptor> = {}): PortDescriptor {
  return { ...AUDIO, name, direction: "output", ...more };
}

function data(schema: string): Partial<PortDescriptor> {
  return { kind: "data", type: `DataFrame<${schema}>`, schema };
}

function describe(type: string, more: Partial<NodeDescriptor>): NodeDescriptor {
  return {
    type,
    className: type,
    source: `${type}.ts:1`,
    description: `The ${type}.`,
    doc: `The ${type}.`,
    category: "audio",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [],
    config: NO_CONFIG,
    ...more,
  };
}

const PATH = {
  type: "object",
  properties: { path: { type: "string", minLength: 1 } },
  required: ["path"],
  additionalProperties: false,
} as const;

const DESCRIPTORS: NodeDescriptor[] = [
  describe("wav-source", { category: "file", mode: "loop", outputs: [output("audio")], config: PATH }),
  describe("wav-sink", { category: "file", inputs: [input("audio")], config: PATH }),
  describe("gain", {
    inputs: [input("audioIn")],
    outputs: [output("audioOut")],
    config: {
      type: "object",
      properties: { gainDb: { type: "number", minimum: -60, maximum: 24, "x-unit": "dB" } },
      required: [],
      additionalProperties: false,
    },
  }),
  describe("mixer", {
    inputs: [input("audioIn", { array: 3 })],
    outputs: [output("audioOut", { type: "AudioFrame<2>", channels: 2 })],
    converts: ["channels"],
  }),
  describe("mono-meter", {
    inputs: [input("audio", { type: "AudioFrame<1>", channels: 1 })],
    outputs: [output("level", data("LevelReading"))],
  }),
  describe("surround", { inputs: [input("audio", { accepts: { channels: [5, 6] } })] }),
  describe("plot", {
    inputs: [input("data", data("Spectrum")), input("mark", { optional: true, ...data("unknown") })],
  }),
  describe("console-sink", { lane: "main", inputs: [input("data", data("unknown"))] }),
];

/** A registry with the node types above. */
export function fixtureRegistry(): NodeRegistry {
  const nodes = DESCRIPTORS.map((descriptor) =>
    defineNodeType({ descriptor, load: () => Promise.reject(new Error("descriptors only")) })
  );
  return new NodeRegistry([definePackage({ name: "fixture", url: "file:///fixture.ts", nodes, sources: {} })]);
}

/** A graph in which nothing is wrong. */
export const GOOD_GRAPH = `{
  "$schema": "./graph.schema.json",
  "version": 1,
  "mode": "offline",
  "nodes": {
    "src": { "type": "wav-source", "config": { "path": "in.wav" } },
    "gain": { "type": "gain", "config": { "gainDb": -6 }, "lane": "dsp" },
    "mix": { "type": "mixer" },
    "out": { "type": "wav-sink", "config": { "path": "out.wav" }, "lane": "main" }
  },
  "links": [
    { "from": "src.audio", "to": "gain.audioIn" },
    { "from": "src.audio", "to": "mix.audioIn_1", "policy": "lossless" },
    { "from": "gain.audioOut", "to": "mix.audioIn_0", "policy": "roll-off", "capacity": 8 },
    { "from": "mix.audioOut", "to": "out.audio" }
  ],
  "pools": { "big": { "slotBytes": 65536, "slots": 32 } },
  "lanes": { "dsp": { "kind": "worker" } }
}
`;
