import assert from "node:assert/strict";
import { SluiceError } from "../errors.ts";
import { checkGraph, loadGraph, parseGraph } from "./load.ts";
import { fixtureRegistry, GOOD_GRAPH } from "./node_types_fixture_test.ts";
import { parseOverride } from "./check_nodes.ts";
import { rare } from "../../tests/fixtures/rare.ts";

const REGISTRY = fixtureRegistry();
const S = `"s": { "type": "wav-source", "config": { "path": "a" } }`;
const O = `"o": { "type": "wav-sink", "config": { "path": "b" } }`;
const SO = `{ "from": "s.audio", "to": "o.audio" }`;
const TYPES = `"console-sink", "gain", "mixer", "mono-meter", "plot", "surround", "wav-sink" and "wav-source"`;
const ID_RULE = `wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"`;

/** Nodes stand in line 2 from column 12 on, links in line 3 from column 12 on. */
function graph(nodes: string, links = "", more = ""): string {
  return `{ "version": 1,${more}\n  "nodes": {${nodes}},\n  "links": [${links}] }`;
}

/** What the text is, the text, and each expected error as `line:column code message`. */
const BAD: [string, string, ...string[]][] = [
  [
    "an empty file",
    "",
    "1:1 InvalidGraph Cannot read graph: the file is empty, wanted an object with version and nodes",
  ],
  ["blanks", " \n", "1:1 InvalidGraph Cannot read graph: the file is empty, wanted an object with version and nodes"],
  [
    "a byte order mark",
    "\uFEFF{}",
    "1:1 InvalidGraph Cannot read graph: the file starts with a byte order mark, wanted UTF-8 without one",
  ],
  [
    "a word",
    "hello",
    `1:1 InvalidGraph Cannot read graph: not JSON: found "hello"; names and texts stand in double quotes`,
  ],
  ["an open object", "{\n", `2:1 InvalidGraph Cannot read graph: not JSON: found the end of the file, wanted "}"`],
  [
    "single quotes",
    "{'version': 1}",
    `1:2 InvalidGraph Cannot read graph: not JSON: found "'version'"; names and texts stand in double quotes`,
  ],
  [
    "a trailing comma",
    '{\r\n  "version": 1,\r\n}',
    `3:1 InvalidGraph Cannot read graph: not JSON: a comma stands before "}", wanted none after the last entry`,
  ],
  [
    "a comment",
    '{ "version": 1, // x\n}',
    "1:17 InvalidGraph Cannot read graph: not JSON: found a comment, which JSON does not have",
  ],
  [
    "a missing comma",
    '{ "version": 1 "nodes": {} }',
    `1:16 InvalidGraph Cannot read graph: not JSON: found "\\"nodes\\"", wanted "," or the end of the object or list`,
  ],
  [
    "text after the end",
    "{}\n{}",
    `2:1 InvalidGraph Cannot read graph: not JSON: found "{" after the end of the object, wanted nothing`,
  ],
  [
    "a text without end",
    '{ "version',
    "1:3 InvalidGraph Cannot read graph: not JSON: a text has no closing double quote in its line",
  ],
  [
    "a number that is none",
    '{ "version": 1. }',
    `1:14 InvalidGraph Cannot read graph: not JSON: found "1.", wanted a number`,
  ],
  [
    "a list",
    "[1]",
    `1:1 InvalidGraph Cannot read graph: found a list, wanted an object with "version" and "nodes"`,
  ],
  [
    "deep nesting",
    "[".repeat(100_000),
    "1:65 InvalidGraph Cannot read graph: it is nested deeper than 64 levels",
  ],
  [
    "nothing",
    "{}",
    `1:1 InvalidGraph Cannot read graph: "version" is missing, wanted 1`,
    `1:1 InvalidGraph Cannot read graph: "nodes" is missing, wanted an object of nodes by id`,
  ],
  [
    "another version",
    '{ "version": 2, "nodes": 3 }',
    `1:14 InvalidGraph Cannot read graph: "version" is 2, wanted 1, which is the only version that this Sluice reads`,
  ],
  [
    "no nodes offline",
    '{ "version": 1, "mode": "offline", "nodes": {} }',
    '1:45 InvalidGraph Cannot read graph: "nodes" is empty, wanted at least one node in an offline graph',
  ],
  [
    "an ending that is a text",
    '{ "version": 1, "endsWithSources": "no", "nodes": {} }',
    '1:36 InvalidGraph Cannot read graph: "endsWithSources" is "no", wanted true or false',
  ],
  [
    "__proto__",
    graph(`${S},"__proto__": {}`, "", ""),
    `2:70 InvalidGraph Cannot read graph: "__proto__" is not allowed as a key`,
  ],
  [
    "__proto__ in a configuration",
    graph(`"g": { "type": "mixer", "config": { "__proto__": {} } }`),
    `2:49 InvalidGraph Cannot read graph: "__proto__" is not allowed as a key`,
  ],
  [
    "an unknown key",
    graph(S, "", ' "noodes": {},'),
    `1:17 InvalidGraph Cannot read graph: unknown key "noodes" in the graph (did you mean "nodes"?); available: ` +
    `"$schema", "version", "mode", "endsWithSources", "nodes", "links", "capacity", "convert", "pools", "memory", "lanes", "inputs" and "outputs"`,
  ],
  [
    "a key that is a letter from one of another meaning",
    graph(S, "", ' "node": {},'),
    `1:17 InvalidGraph Cannot read graph: unknown key "node" in the graph (did you mean "nodes"?); available: ` +
    `"$schema", "version", "mode", "endsWithSources", "nodes", "links", "capacity", "convert", "pools", "memory", "lanes", "inputs" and "outputs"`,
  ],
  [
    "a processor on a native lane whose processors are wrong",
    graph(`${S}, "o": { "type": "wav-sink", "config": { "path": "b" }, "lane": "n" }`, SO).replace(
      /}$/,
      ', "lanes": { "n": { "kind": "native", "cpus": [-1] } } }',
    ),
    `2:133 InvalidGraph Cannot place node "o" (wav-sink) on lane "n": it is a TypeScript processor, and the lane is ` +
    'of kind "native", which runs native stages only; give it a lane of another name, or none',
    `3:99 InvalidConfig Cannot use lane "n": cpus is [-1], wanted a list of different processor numbers from 0 to 1023`,
  ],
  [
    "a link from no port into an input that is taken",
    graph(`${S}, ${O}`, `${SO}, { "from": "s.audoi", "to": "o.audio" }`),
    '3:63 PortNotFound Cannot link from "s.audoi": "wav-source" has no output of that name (did you mean "audio"?); ' +
    'outputs: "audio"',
    '3:80 DestinationOccupied Cannot link "s.audoi" to "o.audio": the input is taken by the link at 3:13 from "s.audio"; ' +
    "an input takes one link",
  ],
  [
    "a link of another type before the right one",
    graph(
      `${S}, "m": { "type": "mono-meter" }, ${O}`,
      `{ "from": "s.audio", "to": "m.audio" }, { "from": "m.level", "to": "o.audio" }, ${SO}`,
    ),
    '3:53 TypeMismatch Cannot link "m.level" to "o.audio": the output carries DataFrame<LevelReading>, wanted AudioFrame',
  ],
  [
    "an undeclared lane that is named as what every object has, of a type that runs on the main lane only",
    graph(
      `${S}, "m": { "type": "mono-meter" }, "c": { "type": "console-sink", "lane": "constructor" }`,
      '{ "from": "s.audio", "to": "m.audio" }, { "from": "m.level", "to": "c.data" }',
      ' "lanes": {},',
    ),
    '2:141 InvalidGraph Cannot place node "c" on lane "constructor": "lanes" does not declare it; lanes: "main", ' +
    '"worker", "native" and "auto"',
  ],
  [
    "a processor on the lane of native stages",
    graph(`"m": { "type": "mixer", "lane": "native" }`),
    `2:45 InvalidGraph Cannot place node "m" (mixer) on lane "native": it is a TypeScript processor, and the lane is ` +
    `of kind "native", which runs native stages only; give it a lane of another name, or none`,
  ],
  [
    "an unknown mode",
    graph(S, "", ' "mode": "fast",'),
    `1:25 InvalidGraph Cannot read graph: "mode" is "fast", wanted one of "live", "offline"`,
  ],
  ["a key twice", graph(`${S}, ${S}`), `2:71 InvalidGraph Cannot read graph: the key "s" stands twice, first at 2:13`],
  ["a bad id", graph(`"s.1": { "type": "mixer" }`), `2:13 InvalidGraph Cannot use "s.1" as a node id: ${ID_RULE}`],
  ["an empty id", graph(`"": { "type": "mixer" }`), `2:13 InvalidGraph Cannot use "" as a node id: ${ID_RULE}`],
  [
    "a node that is a text",
    graph(`"s": "x"`),
    `2:18 InvalidGraph Cannot read graph: node "s" is "x", wanted an object with "type"`,
  ],
  [
    "no type",
    graph(`"s": {}`),
    `2:13 InvalidGraph Cannot read graph: "type" of node "s" is missing, wanted a node type, or "graph" with the ` +
    `file of a sub-graph`,
  ],
  [
    "a type that is a number",
    graph(`"s": { "type": 1 }`),
    `2:28 InvalidGraph Cannot read graph: "type" of node "s" is 1, wanted a non-empty string`,
  ],
  [
    "an unknown type",
    graph(`"s": { "type": "mixr" }`),
    `2:28 NodeTypeNotFound Cannot find node type "mixr" (did you mean "mixer"?); available: ${TYPES}`,
  ],
  [
    "an unknown key of a node",
    graph(`"s": { "type": "mixer", "configs": {} }`),
    `2:37 InvalidGraph Cannot read graph: unknown key "configs" in node "s" (did you mean "config"?); ` +
    `available: "type", "graph", "config", "lane", "pool", "supervision", "callTimeoutMs", "priority", "cpus", "isolate", "isolateMemoryMb", "isolatePermissions", "bypassed", "position" and "ports"`,
  ],
  [
    "isolate that is no word for it",
    graph(`"s": { "type": "mixer", "isolate": "lane" }`),
    `2:48 InvalidGraph Cannot read graph: "isolate" of node "s" is "lane", wanted one of "process", false`,
  ],
  [
    "memory of a process that is not there",
    graph(`${S.replace(/}$/, ', "isolate": false, "isolateMemoryMb": 64 }')}, ${O}`, SO),
    '2:107 InvalidConfig Cannot isolate node "s" (wav-source): isolateMemoryMb is said of it without isolate: "process"',
  ],
  [
    "permissions that there are not",
    graph(`${S.replace(/}$/, ', "isolate": "process", "isolatePermissions": { "ffi": true } }')}, ${O}`, SO),
    '2:81 InvalidConfig Cannot isolate node "s" (wav-source): there is no permission "ffi"; wanted read, write, net, env, ' +
    "run, sys, import",
  ],
  [
    "bypassed that is no truth value",
    graph(`"s": { "type": "mixer", "bypassed": 1 }`),
    `2:49 InvalidGraph Cannot read graph: "bypassed" of node "s" is 1, wanted true or false`,
  ],
  [
    "a bypassed node that cannot be",
    graph(`"s": { "type": "mixer", "bypassed": true }`),
    `2:49 InvalidGraph Cannot bypass node "s" (mixer): only a node with one input and one output of the same type can ` +
    `be bypassed`,
  ],
  [
    "a supervision that is none",
    graph(`"s": { "type": "mixer", "supervision": { "restart": { "limit": 0.5 } } }`),
    `2:52 InvalidConfig Cannot supervise node "s": "limit" is 0.5, wanted a whole number from 1 to 1000000`,
  ],
  [
    "a configuration that is a list",
    graph(`"s": { "type": "wav-source", "config": [] }`),
    `2:52 InvalidGraph Cannot read graph: "config" of node "s" is a list, wanted an object of configuration keys`,
  ],
  [
    "a missing configuration key",
    graph(`"s": { "type": "wav-source" }`),
    `2:13 InvalidConfig Cannot configure node "s" (wav-source): "path" is missing, wanted a non-empty string`,
  ],
  [
    "a wrong configuration value",
    graph(`"s": { "type": "wav-source", "config": { "path": 3 } }`),
    `2:62 InvalidConfig Cannot configure node "s" (wav-source): "path" is 3, wanted a non-empty string`,
  ],
  [
    "a number out of range",
    graph(`${S}, "g": { "type": "gain",\n "config": { "gainDb": 1e999 } }`, `{ "from": "s.audio", "to": "g.audioIn" }`),
    `3:24 InvalidConfig Cannot configure node "g" (gain): "gainDb" is Infinity, wanted a number from -60 to 24 dB`,
  ],
  [
    "references to variables that cannot be",
    graph(
      `"s": { "type": "wav-source", "config": { "path": "\${env:secret-dir}/\${env:GOOD}$\${env:-}\${env:}" } },` +
        `\n"g": { "type": "gain", "config": { "gainDb": "\${env:a-b}" } }`,
      `{ "from": "s.audio", "to": "g.audioIn" }`,
    ),
    `2:62 InvalidConfig Cannot configure node "s" (wav-source): "path" refers to environment variable "secret-dir", ` +
    `wanted a name of letters, digits and "_", as in \${env:API_KEY}`,
    `2:62 InvalidConfig Cannot configure node "s" (wav-source): "path" refers to environment variable "", ` +
    `wanted a name of letters, digits and "_", as in \${env:API_KEY}`,
    `3:46 InvalidConfig Cannot configure node "g" (gain): "gainDb" is "\${env:a-b}", wanted a number from -60 to 24 dB`,
  ],
  [
    "an unknown configuration key",
    graph(`"s": { "type": "wav-source", "config": { "path": "a", "pat": 3 } }`),
    `2:67 InvalidConfig Cannot configure node "s" (wav-source): unknown key "pat" (did you mean "path"?); ` +
    `available: "path"`,
  ],
  [
    "links that are an object",
    `{ "version": 1, "nodes": {${S}}, "links": {} }`,
    `1:95 InvalidGraph Cannot read graph: "links" is an object, wanted a list of links`,
  ],
  [
    "a link that is a number",
    graph(`${S}, ${O}`, "3"),
    `3:13 InvalidGraph Cannot read graph: link 1 is 3, wanted an object with "from" and "to"`,
  ],
  [
    "a link without end",
    graph(`${S}, ${O}`, `{ "from": "s.audio" }`),
    `3:13 InvalidGraph Cannot read graph: "to" of link 1 is missing, wanted "node.port"`,
  ],
  [
    "an address without port",
    graph(`${S}, ${O}`, `{ "from": "s.audio", "to": "o" }`),
    `3:40 InvalidGraph Cannot read "o" as a port address: wanted "node.port"`,
  ],
  [
    "an unknown node",
    graph(
      `"source": { "type": "wav-source", "config": { "path": "a" } }, ${O}`,
      `{ "from": "surce.audio", "to": "o.audio" }`,
    ),
    `3:23 NodeNotFound Cannot link from "surce.audio": the graph has no node "surce" (did you mean "source"?); ` +
    `nodes: "source" and "o"`,
  ],
  [
    "an unknown port",
    graph(`${S}, ${O}`, `{ "from": "s.audo", "to": "o.audio" }`),
    `3:23 PortNotFound Cannot link from "s.audo": "wav-source" has no output of that name (did you mean "audio"?); ` +
    `outputs: "audio"`,
  ],
  [
    "an input as source",
    graph(
      `${S}, "g": { "type": "gain" }, ${O}`,
      `{ "from": "s.audio", "to": "g.audioIn" }, { "from": "g.audioIn", "to": "o.audio" }`,
    ),
    `3:65 PortNotFound Cannot link from "g.audioIn": it is an input of "gain", wanted an output; outputs: "audioOut"`,
  ],
  [
    "a link the wrong way round",
    graph(`${S}, ${O}`, `{ "from": "o.audio", "to": "s.audio" }`),
    `3:13 PortNotFound Cannot link "o.audio" to "s.audio": "o.audio" is an input and "s.audio" is an output; ` +
    `exchange "from" and "to"`,
  ],
  [
    "an array port without index",
    graph(`${S}, "m": { "type": "mixer" }`, `{ "from": "s.audio", "to": "m.audioIn" }`),
    `3:40 PortNotFound Cannot link to "m.audioIn": it is an array of 3, wanted one of "audioIn_0", "audioIn_1" and ` +
    `"audioIn_2"`,
  ],
  [
    "an index out of range",
    graph(`${S}, "m": { "type": "mixer" }`, `{ "from": "s.audio", "to": "m.audioIn_3" }`),
    `3:40 PortNotFound Cannot link to "m.audioIn_3": "mixer" has no input of that name (did you mean "audioIn_0"?); ` +
    `inputs: "audioIn_0", "audioIn_1" and "audioIn_2"`,
  ],
  [
    "another kind of frame",
    graph(`${S}, "p": { "type": "plot" }`, `{ "from": "s.audio", "to": "p.data" }`),
    `3:13 TypeMismatch Cannot link "s.audio" to "p.data": the output carries AudioFrame, wanted DataFrame<Spectrum>`,
  ],
  [
    "another schema of data",
    graph(
      `${S}, "m": { "type": "mono-meter" }, "p": { "type": "plot" }`,
      `{ "from": "s.audio", "to": "m.audio" }, { "from": "m.level", "to": "p.data" }`,
    ),
    `3:53 TypeMismatch Cannot link "m.level" to "p.data": the output carries DataFrame<LevelReading>, wanted ` +
    `DataFrame<Spectrum>; inputs of "p" that take it: "mark"`,
  ],
  [
    "another number of channels",
    graph(`"m": { "type": "mixer" }, "n": { "type": "mono-meter" }`, `{ "from": "m.audioOut", "to": "n.audio" }`),
    `3:13 TypeMismatch Cannot link "m.audioOut" to "n.audio": the output has 2 channels, wanted 1; put a node ` +
    `between that converts them: "mixer"`,
  ],
  [
    "channels that an input does not accept",
    graph(`"m": { "type": "mixer" }, "n": { "type": "surround" }`, `{ "from": "m.audioOut", "to": "n.audio" }`),
    `3:13 TypeMismatch Cannot link "m.audioOut" to "n.audio": the output has 2 channels, wanted 5 or 6; put a node ` +
    `between that converts them: "mixer"`,
  ],
  [
    "a second link into one input",
    graph(`${S}, ${O}`, `${SO},\n    ${SO}`),
    `4:32 DestinationOccupied Cannot link "s.audio" to "o.audio": the input is taken by the link at 3:13 from ` +
    `"s.audio"; an input takes one link`,
  ],
  [
    "an input without link, offline",
    graph(`${S}, ${O}`, "", ` "mode": "offline",`),
    `2:71 InvalidGraph Cannot run node "o" (wav-sink): no link leads to its input "audio", which takes AudioFrame; ` +
    `outputs of that kind: "s.audio"`,
  ],
  [
    "an unknown policy",
    graph(`${S}, ${O}`, `{ "from": "s.audio", "to": "o.audio", "policy": "drop" }`),
    `3:61 InvalidGraph Cannot read graph: "policy" of link 1 is "drop", wanted one of "roll-off", "latest", ` +
    `"drop-newest", "lossless"`,
  ],
  [
    "a capacity of nothing",
    graph(`${S}, ${O}`, `{ "from": "s.audio", "to": "o.audio", "capacity": 0 }`),
    `3:63 InvalidGraph Cannot read graph: "capacity" of link 1 is 0, wanted a whole number from 1 to 65536, "byKind", or { "byKind": { "audio": 64, … } }`,
  ],
  [
    "latest with several places",
    graph(`${S}, ${O}`, `{ "from": "s.audio", "to": "o.audio", "policy": "latest", "capacity": 2 }`),
    `3:83 InvalidGraph Cannot read graph: "capacity" of link 1 is 2, wanted 1: the policy "latest" has one place; ` +
    `for more, use "roll-off"`,
  ],
  [
    "a loop",
    graph(
      `"a": { "type": "gain" }, "b": { "type": "gain" }`,
      `{ "from": "a.audioOut", "to": "b.audioIn" },\n{ "from": "b.audioOut", "to": "a.audioIn" }`,
    ),
    `4:1 CycleWithoutDelay Cannot link "b.audioOut" to "a.audioIn": it closes a loop with no delay in it: "a" -> "b" ` +
    `-> "a"; put a node that delays on it, or take one of its links out`,
  ],
  [
    "an undeclared lane",
    graph(`"m": { "type": "mixer", "lane": "dps" }`, "", ' "lanes": { "dsp": { "kind": "worker" } },'),
    `2:45 InvalidGraph Cannot place node "m" on lane "dps": "lanes" does not declare it (did you mean "dsp"?); lanes: "main", "worker", "native", "auto" and "dsp"`,
  ],
  [
    "a lane's name with a dot",
    graph(`"m": { "type": "mixer", "lane": "a.b" }`),
    `2:45 InvalidGraph Cannot use "a.b" as the name of a lane: wanted 1 to 64 letters, digits, "_" or "-", starting ` +
    `with a letter or "_"`,
  ],
  [
    "a node away from main that needs it",
    graph(
      `${S}, "m": { "type": "mono-meter" }, "c": { "type": "console-sink", "lane": "w" }`,
      `{ "from": "s.audio", "to": "m.audio" }, { "from": "m.level", "to": "c.data" }`,
    ),
    `2:141 InvalidGraph Cannot place node "c" (console-sink) on lane "w": its type runs on lane "main" only; give it that one, or none`,
  ],
  [
    "main as a worker",
    graph(`"m": { "type": "mixer" }`, "", ' "lanes": { "main": { "kind": "worker" } },'),
    `1:36 InvalidGraph Cannot read graph: lane "main" is declared as a worker, wanted "main"`,
  ],
  [
    "an unknown kind of lane",
    graph(`"m": { "type": "mixer" }`, "", ' "lanes": { "dsp": { "kind": "gpu" } },'),
    `1:45 InvalidGraph Cannot read graph: "kind" of lane "dsp" is "gpu", wanted one of "worker", "main", "native"`,
  ],
  [
    "a broken pool",
    graph(`"m": { "type": "mixer" }`, "", ' "pools": { "p": { "slotBytes": 1.5, "slots": 0 } },'),
    `1:48 InvalidGraph Cannot read graph: "slotBytes" of pool "p" is 1.5, wanted a whole number from 1 to 1073741824`,
    `1:62 InvalidGraph Cannot read graph: "slots" of pool "p" is 0, wanted a whole number from 1 to 1048576`,
  ],
];

for (const [name, text, ...expected] of BAD) {
  Deno.test(`checkGraph() refuses ${name}`, () => {
    const { document, errors } = checkGraph(text, "g.json", REGISTRY);
    assert.equal(document, undefined);
    const found = errors.map(({ code, message, place }) => {
      assert.ok(place !== undefined);
      const at = `${place.line}:${place.column}`;
      assert.ok(message.startsWith(`g.json:${at}: `), message);
      return `${at} ${code} ${message.slice(`g.json:${at}: `.length)}`;
    });
    assert.deepEqual(found, expected);
    assert.ok(errors.every((error) => error.isBadInput));
  });
}

Deno.test("parseGraph() reads a graph in which nothing is wrong", () => {
  const document = parseGraph(GOOD_GRAPH, "g.json", REGISTRY);
  assert.equal(document.mode, "offline");
  assert.deepEqual(document.nodes.map(({ id, type, config, lane }) => ({ id, type, config, lane })), [
    { id: "src", type: "wav-source", config: { path: "in.wav" }, lane: undefined },
    { id: "gain", type: "gain", config: { gainDb: -6 }, lane: "dsp" },
    { id: "mix", type: "mixer", config: {}, lane: undefined },
    { id: "out", type: "wav-sink", config: { path: "out.wav" }, lane: "main" },
  ]);
  assert.deepEqual(document.links[2], {
    from: "gain.audioOut",
    to: "mix.audioIn_0",
    policy: "roll-off",
    capacity: 8,
    place: { file: "g.json", line: 14, column: 5 },
  });
  assert.deepEqual(document.pools, { big: { slotBytes: 65_536, slots: 32 } });
  assert.deepEqual(document.lanes, { dsp: { kind: "worker" } });
});

Deno.test("parseGraph() leaves what a pool or a lane does not say to the runtime", () => {
  const text = graph(
    `"m": { "type": "mixer", "lane": "dsp", "pool": "big" }`,
    "",
    ' "pools": { "audio": { "slots": 200 }, "big": { "slotBytes": 65536 } }, "lanes": { "dsp": {} },',
  );
  const { pools, lanes } = parseGraph(text, "g.json", REGISTRY);
  assert.deepEqual(pools, { audio: { slots: 200 }, big: { slotBytes: 65_536 } });
  assert.deepEqual(lanes, { dsp: {} });
});

Deno.test("parseGraph() makes a worker lane of each name where the file declares none", () => {
  const text = graph(`"a": { "type": "mixer", "lane": "x" }, "b": { "type": "mixer", "lane": "main" }`);
  assert.deepEqual(parseGraph(text, "g.json", REGISTRY).lanes, { x: { kind: "worker" } });
});

Deno.test("parseGraph() throws the first error with the number of others", () => {
  assert.throws(() => parseGraph("{}", "g.json", REGISTRY), (error: unknown) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.message, 'g.json:1:1: Cannot read graph: "version" is missing, wanted 1 (and 1 more)');
    assert.deepEqual(error.place, { file: "g.json", line: 1, column: 1 });
    return true;
  });
});

Deno.test("checkGraph() lays settings over the file before it checks configurations", () => {
  const text = graph(`"s": { "type": "wav-source" }, "o": { "type": "wav-sink", "config": { "path": 3 } }`, SO);
  const { document, errors } = checkGraph(text, "g.json", REGISTRY, [
    parseOverride("s.path=a=b"),
    parseOverride("o.path=first"),
    parseOverride("o.path=5"),
  ]);
  assert.deepEqual(errors, []);
  assert.deepEqual(document?.nodes.map(({ config }) => config), [{ path: "a=b" }, { path: "5" }]);
});

Deno.test("checkGraph() blames the command line for a setting that is wrong", () => {
  const text = graph(`${S}, "g": { "type": "gain" }`, `{ "from": "s.audio", "to": "g.audioIn" }`);
  const settings = ["g.gainDb=loud", "g.gaindb=1", "gg.x=1"].map(parseOverride);
  const { errors } = checkGraph(text, "g.json", REGISTRY, settings);
  assert.deepEqual(
    errors.map(({ code, message, place }) => [code, message, place]),
    [
      ["NodeNotFound", 'Cannot apply --set gg.x=1: the graph has no node "gg" (did you mean "g"?); nodes: "s" and "g"'],
      [
        "InvalidConfig",
        '--set g.gaindb=1: Cannot configure node "g" (gain): unknown key "gaindb" (did you mean "gainDb"?); ' +
        'available: "gainDb"',
      ],
      [
        "InvalidConfig",
        '--set g.gainDb=loud: Cannot configure node "g" (gain): "gainDb" is "loud", wanted a number from -60 to 24 dB',
      ],
    ].map(([code, message]) => [code, message, undefined]),
  );
});

Deno.test("checkGraph() refuses a setting that refers to a variable that cannot be, by the setting", () => {
  const { errors } = checkGraph(graph(S), "g.json", REGISTRY, [parseOverride("s.path=${env:a-b}")]);
  assert.deepEqual(errors.filter(({ code }) => code === "InvalidConfig").map(({ message }) => message), [
    '--set s.path=${env:a-b}: Cannot configure node "s" (wav-source): "path" refers to environment variable "a-b", ' +
    'wanted a name of letters, digits and "_", as in ${env:API_KEY}',
  ]);
});

Deno.test("parseOverride() refuses what is not node.key=value", () => {
  for (const text of ["", "x", "x=1", "x.=1", ".x=1", "x.y"]) {
    assert.throws(() => parseOverride(text), {
      code: "InvalidConfig",
      message: `Cannot read the setting ${JSON.stringify(text)}: wanted node.key=value, as in gain.gainDb=-6`,
    });
  }
  assert.deepEqual(parseOverride("a.b=c=\nd"), { nodeId: "a", key: "b", text: "c=\nd" });
});

Deno.test("loadGraph() says why a file cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/binary`, new Uint8Array([123, 0, 1, 2]));
    await Deno.writeFile(`${folder}/latin1`, new Uint8Array([123, 0xe9, 125]));
    await Deno.writeTextFile(`${folder}/huge`, "");
    await Deno.truncate(`${folder}/huge`, 16 * 1024 * 1024 + 1);
    const table: [string, string][] = [
      ["missing", "there is no such file; paths start at the current directory"],
      ["binary", "it is a binary file, wanted JSON text"],
      ["latin1", "it is not UTF-8 text, wanted JSON in UTF-8"],
      ["huge", "it has 16777217 bytes, wanted at most 16777216"],
      ["", "it is a directory; name a graph file in it"],
      ["latin1/x", "a part of its path is not a directory"],
    ];
    for (const [name, reason] of table) {
      const path = `${folder}/${name}`;
      const wanted = `"${path}": ${reason}`;
      await assert.rejects(loadGraph(path, REGISTRY), {
        code: "InvalidGraph",
        message: `Cannot read graph ${wanted}`,
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

rare(Deno.test)("checkGraph() reads a chain of 20,000 nodes, and finds its loop", () => {
  const count = 20_000;
  const nodes = Array.from({ length: count }, (_, i) => `"n${i}": { "type": "gain" }`).join(",\n");
  const chain = Array.from({ length: count - 1 }, (_, i) => `{ "from": "n${i}.audioOut", "to": "n${i + 1}.audioIn" }`);
  const first = graph(`${S}, ${nodes}`, [`{ "from": "s.audio", "to": "n0.audioIn" }`, ...chain].join(",\n"));
  assert.deepEqual(checkGraph(first, "g.json", REGISTRY).errors, []);
  const loop = graph(nodes, [...chain, `{ "from": "n${count - 1}.audioOut", "to": "n0.audioIn" }`].join(",\n"));
  const { errors } = checkGraph(loop, "g.json", REGISTRY);
  assert.equal(errors.length, 1);
  assert.match(
    errors[0].message,
    /it closes a loop with no delay in it: "n0" -> "n1" -> "n2" -> "n3" -> "n4" -> "n5" -> … -> "n19996" -> .* -> "n0";/,
  );
});

Deno.test("checkGraph() warns of a node of a live graph that will wait for a link", () => {
  const { document, errors, warnings } = checkGraph(graph(`${S}, ${O}`), "g.json", REGISTRY);
  assert.deepEqual([document?.nodes.length, errors], [2, []]);
  assert.deepEqual(warnings.map(({ code, message }) => `${code} ${message}`), [
    `InvalidGraph g.json:2:71: Node "o" (wav-sink) will wait: no link leads to its input "audio", which takes ` +
    `AudioFrame; outputs of that kind: "s.audio"`,
  ]);
});
