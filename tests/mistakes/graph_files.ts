/**
 * Mistakes in graph files.
 *
 * @module
 */
import { fails, listAll } from "./captured.ts";
import { family, type Row } from "./told.ts";
import assert from "node:assert/strict";

/** What is in the file; an object is written as JSON in one line, with `"version": 1`. */
type Given = string | Record<string, unknown>;

const tone = { type: "tone-source" };
const gain = { type: "gain" };
const meter = { type: "level-meter" };
const link = { from: "tone.audio", to: "gain.audioIn" };
const toGain = (config: Record<string, unknown>) => ({ nodes: { tone, gain: { ...gain, config } }, links: [link] });
const withLink = (more: Record<string, unknown>) => ({ nodes: { tone, gain }, links: [{ ...link, ...more }] });
const withNode = (more: Record<string, unknown>) => ({ nodes: { tone, gain: { ...gain, ...more } }, links: [link] });

const rows: readonly Row<Given>[] = [
  {
    mistake: "the file is empty",
    given: "",
    says: ["graph.json:1:1", "Cannot read graph: the file is empty", "wanted an object with version and nodes"],
  },
  {
    mistake: "YAML",
    given: "nodes:\n  tone:\n    type: tone-source\n",
    says: ["graph.json:1:1", 'Cannot read graph: not JSON: found "nodes"', "names and texts stand in double quotes"],
  },
  {
    mistake: "single quotes",
    given: "{ 'version': 1 }",
    says: [
      "graph.json:1:3",
      "Cannot read graph: not JSON: found \"'version'\"",
      "names and texts stand in double quotes",
    ],
  },
  {
    mistake: "a comma too many",
    given: '{ "version": 1, "nodes": {}, }',
    says: [
      "graph.json:1:30",
      'Cannot read graph: not JSON: a comma stands before "}"',
      "wanted none after the last entry",
    ],
  },
  {
    mistake: "a comma too few",
    given: '{ "version": 1\n  "nodes": {} }',
    says: [
      "graph.json:2:3",
      'Cannot read graph: not JSON: found "\\"nodes\\""',
      'wanted "," or the end of the object or list',
    ],
  },
  {
    mistake: "a brace that is not closed",
    given: '{ "version": 1, "nodes": {',
    says: ["graph.json:1:27", "Cannot read graph: not JSON: found the end of the file", 'wanted "}"'],
  },
  {
    mistake: "a list of nodes at the top",
    given: '[{ "type": "gain" }]',
    says: ["graph.json:1:1", "Cannot read graph: found a list", 'wanted an object with "version" and "nodes"'],
  },
  {
    mistake: "a comment",
    given: '{\n  # my graph\n  "version": 1 }',
    says: ["graph.json:2:3", 'Cannot read graph: not JSON: found "#"', "names and texts stand in double quotes"],
  },
  {
    mistake: "no version",
    given: '{ "nodes": { "tone": { "type": "tone-source" } } }',
    says: ["graph.json:1:1", 'Cannot read graph: "version" is missing', "wanted 1"],
  },
  {
    mistake: "the version as text",
    given: '{ "version": "1", "nodes": {} }',
    says: [
      "graph.json:1:14",
      'Cannot read graph: "version" is "1"',
      "wanted 1, which is the only version that this Sluice reads",
    ],
  },
  {
    mistake: "a version to come",
    given: '{ "version": 2, "nodes": {} }',
    says: [
      "graph.json:1:14",
      'Cannot read graph: "version" is 2',
      "wanted 1, which is the only version that this Sluice reads",
    ],
  },
  {
    mistake: "no nodes",
    given: {},
    says: ["graph.json:1:1", 'Cannot read graph: "nodes" is missing', "wanted an object of nodes by id"],
  },
  {
    mistake: "nodes as a list",
    given: { nodes: [tone, gain] },
    says: ["graph.json:1:22", 'Cannot read graph: "nodes" is a list', "wanted an object of nodes by id"],
  },
  {
    mistake: "links as an object",
    given: { nodes: { tone, gain }, links: { a: link } },
    says: ["graph.json:1:85", 'Cannot read graph: "links" is an object', "wanted a list of links"],
  },
  {
    mistake: '"node" for "nodes"',
    given: { node: { tone } },
    says: ["graph.json:1:1", 'Cannot read graph: "nodes" is missing', "wanted an object of nodes by id"],
  },
  {
    mistake: '"edges" for "links"',
    given: { nodes: { tone, gain }, edges: [link] },
    says: [
      "graph.json:1:77",
      'Cannot read graph: unknown key "edges" in the graph',
      'available: "$schema"',
    ],
  },
  {
    mistake: '"typ" for "type"',
    given: { nodes: { tone: { typ: "tone-source" } } },
    says: [
      "graph.json:1:23",
      'Cannot read graph: "type" of node "tone" is missing',
      'wanted a node type, or "graph" with the file of a sub-graph',
    ],
  },
  {
    mistake: "no type",
    given: { nodes: { tone: {} } },
    says: [
      "graph.json:1:23",
      'Cannot read graph: "type" of node "tone" is missing',
      'wanted a node type, or "graph" with the file of a sub-graph',
    ],
  },
  {
    mistake: "the type as the whole node",
    given: { nodes: { tone: "tone-source" } },
    says: ["graph.json:1:30", 'Cannot read graph: node "tone" is "tone-source"', 'wanted an object with "type"'],
  },
  {
    mistake: "a type that is misspelt",
    given: { nodes: { tone: { type: "tone-sorce" } } },
    says: [
      "graph.json:1:38",
      'Cannot find node type "tone-sorce" ',
      '(did you mean "tone-source"?)',
    ],
  },
  {
    mistake: "a type by its class",
    given: { nodes: { tone: { type: "ToneSource" } } },
    says: [
      "graph.json:1:38",
      'Cannot find node type "ToneSource" ',
      '(did you mean "tone-source"?)',
    ],
  },
  {
    mistake: "a type by its name in code",
    given: { nodes: { tone: { type: "toneSource" } } },
    says: [
      "graph.json:1:38",
      'Cannot find node type "toneSource" ',
      '(did you mean "tone-source"?)',
    ],
  },
  {
    mistake: "a node id with a dot",
    given: { nodes: { "my.tone": tone } },
    says: [
      "graph.json:1:23",
      'Cannot use "my.tone" as a node id',
      'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"',
    ],
  },
  {
    mistake: "a node id with a space",
    given: { nodes: { "my tone": tone } },
    says: [
      "graph.json:1:23",
      'Cannot use "my tone" as a node id',
      'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"',
    ],
  },
  {
    mistake: "an empty node id",
    given: { nodes: { "": tone } },
    says: [
      "graph.json:1:23",
      'Cannot use "" as a node id',
      'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"',
    ],
  },
  {
    mistake: "configuration beside the type",
    given: withNode({ gainDb: -6 }),
    says: [
      "graph.json:1:75",
      'Cannot read graph: unknown key "gainDb" in node "gain"',
      'the keys of its type stand in "config"',
    ],
  },
  {
    mistake: '"params" for "config"',
    given: withNode({ params: { gainDb: -6 } }),
    says: [
      "graph.json:1:75",
      'Cannot read graph: unknown key "params" in node "gain"',
      'the keys of its type stand in "config"',
    ],
  },
  {
    mistake: "configuration as a list",
    given: withNode({ config: [-6] }),
    says: [
      "graph.json:1:84",
      'Cannot read graph: "config" of node "gain" is a list',
      "wanted an object of configuration keys",
    ],
  },
  {
    mistake: "a configuration key that is misspelt",
    given: toGain({ gainDB: -6 }),
    says: [
      "graph.json:1:85",
      'Cannot configure node "gain" (gain): unknown key "gainDB" ',
      '(did you mean "gainDb"?)',
    ],
  },
  {
    mistake: "a number as text",
    given: toGain({ gainDb: "-6" }),
    says: [
      "graph.json:1:94",
      'Cannot configure node "gain" (gain): "gainDb" is "-6"',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "a number beyond its range",
    given: toGain({ gainDb: 1000 }),
    says: [
      "graph.json:1:94",
      'Cannot configure node "gain" (gain): "gainDb" is 1000',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "null for the default",
    given: toGain({ gainDb: null }),
    says: [
      "graph.json:1:94",
      'Cannot configure node "gain" (gain): "gainDb" is null',
      "wanted a number from -120 to 24 dB",
    ],
  },
  {
    mistake: "a word that is none of the choices",
    given: { nodes: { tone: { ...tone, config: { waveform: "sinus" } }, gain }, links: [link] },
    says: [
      "graph.json:1:73",
      'Cannot configure node "tone" (tone-source): "waveform" is "sinus"',
      'wanted one of "sine", "square", "saw", "triangle"',
    ],
  },
  {
    mistake: "a path that is missing",
    given: { nodes: { file: { type: "wav-source" }, gain }, links: [{ from: "file.audio", to: "gain.audioIn" }] },
    says: [
      "graph.json:1:23",
      'Cannot configure node "file" (wav-source): "path" is missing',
      "wanted a non-empty string",
    ],
  },
  {
    mistake: "a link with an arrow",
    given: { nodes: { tone, gain }, links: ["tone.audio -> gain.audioIn"] },
    says: [
      "graph.json:1:86",
      'Cannot read graph: link 1 is "tone.audio -> gain.audioIn"',
      'wanted an object with "from" and "to"',
    ],
  },
  {
    mistake: '"source" and "target" for "from" and "to"',
    given: { nodes: { tone, gain }, links: [{ source: "tone.audio", target: "gain.audioIn" }] },
    says: ["graph.json:1:86", 'Cannot read graph: "from" of link 1 is missing', 'wanted "node.port"'],
  },
  {
    mistake: "a link without a port",
    given: withLink({ from: "tone" }),
    says: ["graph.json:1:94", 'Cannot read "tone" as a port address', 'wanted "node.port"'],
  },
  {
    mistake: "a link with a slash",
    given: withLink({ from: "tone/audio" }),
    says: ["graph.json:1:94", 'Cannot read "tone/audio" as a port address', 'wanted "node.port"'],
  },
  {
    mistake: "a link from a node that does not exist",
    given: withLink({ from: "tne.audio" }),
    says: [
      "graph.json:1:94",
      'Cannot link from "tne.audio": the graph has no node "tne" ',
      '(did you mean "tone"?); nodes: "tone" and "gain"',
    ],
  },
  {
    mistake: "a link to a port that does not exist",
    given: withLink({ to: "gain.in" }),
    says: ["graph.json:1:112", 'Cannot link to "gain.in": "gain" has no input of that name', 'inputs: "audioIn"'],
  },
  {
    mistake: "a link from an input",
    given: withLink({ from: "gain.audioIn" }),
    says: [
      "graph.json:1:94",
      'Cannot link from "gain.audioIn": it is an input of "gain"',
      'wanted an output; outputs: "audioOut"',
    ],
  },
  {
    mistake: "a link to an output",
    given: withLink({ to: "tone.audio" }),
    says: [
      "graph.json:1:112",
      'Cannot link to "tone.audio": it is an output of "tone-source"',
      "wanted an input; inputs: none",
    ],
  },
  {
    mistake: "a link the wrong way round",
    given: withLink({ from: "gain.audioIn", to: "tone.audio" }),
    says: [
      "graph.json:1:86",
      'Cannot link "gain.audioIn" to "tone.audio": "gain.audioIn" is an input and "tone.audio" is an output',
      'exchange "from" and "to"',
    ],
  },
  {
    mistake: "the same link twice",
    given: { nodes: { tone, gain }, links: [link, link] },
    says: [
      "graph.json:1:154",
      'Cannot link "tone.audio" to "gain.audioIn": the input is taken by the link at 1:86 from "tone.audio"',
      "an input takes one link",
    ],
  },
  {
    mistake: "two links into one input",
    given: {
      nodes: { a: tone, b: tone, gain },
      links: [{ from: "a.audio", to: "gain.audioIn" }, { from: "b.audio", to: "gain.audioIn" }],
    },
    says: [
      "graph.json:1:172",
      'Cannot link "b.audio" to "gain.audioIn": the input is taken by the link at 1:110 from "a.audio"',
      "an input takes one link",
    ],
  },
  {
    mistake: "values where audio is wanted",
    given: {
      nodes: { tone, meter, gain },
      links: [{ from: "tone.audio", to: "meter.audioIn" }, { from: "meter.levels", to: "gain.audioIn" }],
    },
    says: [
      "graph.json:1:160",
      'Cannot link "meter.levels" to "gain.audioIn": the output carries DataFrame<LevelReading>',
      "wanted AudioFrame",
    ],
  },
  {
    mistake: "an input that nothing leads to, offline",
    given: { mode: "offline", nodes: { tone, gain } },
    says: [
      "graph.json:1:70",
      'Cannot run node "gain" (gain): no link leads to its input "audioIn", which takes AudioFrame',
      'outputs of that kind: "tone.audio"',
    ],
  },
  {
    mistake: "a loop with no delay",
    given: {
      nodes: { a: gain, b: gain },
      links: [{ from: "a.audioOut", to: "b.audioIn" }, { from: "b.audioOut", to: "a.audioIn" }],
    },
    says: [
      "graph.json:1:112",
      'Cannot link "b.audioOut" to "a.audioIn": it closes a loop with no delay in it: "a" -> "b" -> "a"',
      "put a node that delays on it, or take one of its links out",
    ],
  },
  {
    mistake: "a policy that is misspelt",
    given: withLink({ policy: "rolloff" }),
    says: [
      "graph.json:1:136",
      'Cannot read graph: "policy" of link 1 is "rolloff"',
      'wanted one of "roll-off", "latest", "drop-newest", "lossless"',
    ],
  },
  {
    mistake: "a capacity of nothing",
    given: withLink({ capacity: 0 }),
    says: ["graph.json:1:138", 'Cannot read graph: "capacity" of link 1 is 0', "wanted a whole number from 1 to 65536"],
  },
  {
    mistake: "a capacity as text",
    given: withLink({ capacity: "8" }),
    says: [
      "graph.json:1:138",
      'Cannot read graph: "capacity" of link 1 is "8"',
      "wanted a whole number from 1 to 65536",
    ],
  },
  {
    mistake: "several places for latest",
    given: withLink({ policy: "latest", capacity: 4 }),
    says: [
      "graph.json:1:156",
      'Cannot read graph: "capacity" of link 1 is 4',
      'wanted 1: the policy "latest" has one place; for more, use "roll-off"',
    ],
  },
  {
    mistake: '"size" for "capacity"',
    given: withLink({ size: 8 }),
    says: [
      "graph.json:1:127",
      'Cannot read graph: unknown key "size" in link 1',
      'available: "from", "to", "policy", "capacity" and "convert"',
    ],
  },
  {
    mistake: "a mode that does not exist",
    given: { mode: "realtime", nodes: { tone } },
    says: ["graph.json:1:21", 'Cannot read graph: "mode" is "realtime"', 'wanted one of "live", "offline"'],
  },
  {
    mistake: "the mode at a node",
    given: withNode({ mode: "live" }),
    says: [
      "graph.json:1:75",
      'Cannot read graph: unknown key "mode" in node "gain"',
      'the keys of its type stand in "config"',
    ],
  },
  {
    mistake: "a lane that is a number",
    given: withNode({ lane: 2 }),
    says: ["graph.json:1:82", 'Cannot read graph: "lane" of node "gain" is 2', "wanted a non-empty string"],
  },
  {
    mistake: "a pool that is not declared",
    given: withNode({ pool: "big" }),
    says: [
      "graph.json:1:82",
      'Cannot give node "gain" the pool "big": the pools are "audio", "video", "encoded", "packet" and "data"',
      'declare it in "pools"',
    ],
  },
  {
    mistake: "a pool of no slots",
    given: { pools: { audio: { slots: 0 } }, nodes: { tone } },
    says: [
      "graph.json:1:40",
      'Cannot read graph: "slots" of pool "audio" is 0',
      "wanted a whole number from 1 to 1048576",
    ],
  },
  {
    mistake: "a pool that is too small for its graph",
    given: { ...withLink({}), pools: { audio: { slots: 2 } } },
    says: [
      "graph.json:1:138",
      'Cannot run the graph: pool "audio" has 2 slots, but the graph needs 39 (8 queued on links, 15 held by nodes, 16 for 2 lanes)',
      "raise pools.audio.slots or lower the capacity of links",
    ],
  },
  {
    mistake: "a native lane for a processor",
    given: { ...withNode({ lane: "rt" }), lanes: { rt: { kind: "native" } } },
    says: [
      "graph.json:1:82",
      'Cannot place node "gain" (gain) on lane "rt": it is a TypeScript processor, and the lane is of kind "native", which runs native stages only',
      "give it a lane of another name, or none",
    ],
  },
  {
    mistake: "a lane kind that does not exist",
    given: { ...withNode({ lane: "rt" }), lanes: { rt: { kind: "thread" } } },
    says: [
      "graph.json:1:82",
      'Cannot place node "gain" on lane "rt": "lanes" does not declare it',
      'lanes: "main", "worker", "native" and "auto"',
    ],
  },
  {
    mistake: "an array port without an index",
    given: { nodes: { tone, mix: { type: "mixer" } }, links: [{ from: "tone.audio", to: "mix.audioIn" }] },
    says: [
      "graph.json:1:112",
      'Cannot link to "mix.audioIn": it is an array of 8',
      'wanted one of "audioIn_0", "audioIn_1", "audioIn_2", "audioIn_3", "audioIn_4", "audioIn_5", "audioIn_6" and "audioIn_7"',
    ],
  },
  {
    mistake: "an array port counted from too far",
    given: { nodes: { tone, mix: { type: "mixer" } }, links: [{ from: "tone.audio", to: "mix.audioIn_99" }] },
    says: [
      "graph.json:1:112",
      'Cannot link to "mix.audioIn_99": "mixer" has no input of that name ',
      '(did you mean "audioIn_0"?); inputs: "audioIn_0"',
    ],
  },
  {
    mistake: "an array port in brackets",
    given: { nodes: { tone, mix: { type: "mixer" } }, links: [{ from: "tone.audio", to: "mix.audioIn[0]" }] },
    says: ["graph.json:1:112", 'Cannot read "mix.audioIn[0]" as a port address', 'wanted "node.port"'],
  },
];

/** Run by `sluice run` and `sluice check`, which say the same and leave the folder as it is. */
export const graphFiles = family("graph files", rows, async (given) => {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-mistake-" });
  try {
    const path = `${folder}/graph.json`;
    Deno.writeTextFileSync(path, typeof given === "string" ? given : JSON.stringify({ version: 1, ...given }));
    const [run, check] = [await fails(["run", path]), await fails(["check", path])];
    assert.equal(run, check);
    assert.deepEqual(listAll(folder), ["graph.json"]);
    return run.replaceAll(path, "graph.json");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
