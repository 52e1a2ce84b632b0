import { deepEqual, rejects, throws } from "node:assert/strict";
import { makeNodeType } from "./made_type.ts";

class Quiet {
  process(): void {}
}

/** What a script without types may give. */
const make = (made: unknown) => makeNodeType(made as Parameters<typeof makeNodeType>[0]);
const load = () => Promise.resolve(Quiet);
const names =
  'wanted words of lower-case letters and digits, joined by "-", of 64 characters at most, such as "my-node"';
const kinds = '"audio", "video", "encoded", "packet" and "data"';
const audio = { kind: "audio" };

const REFUSED: readonly [why: string, made: unknown, message: string, fields?: object][] = [
  ["no object", undefined, "Cannot make a node type: its options are undefined, wanted an object"],
  ["no type", { load }, `Cannot make a node type: "type" is undefined, ${names}`, { key: "type" }],
  ["a wrong type", { type: "My Node", load }, `Cannot make a node type: "type" is "My Node", ${names}`],
  [
    "no load",
    { type: "quiet" },
    'Cannot make node type "quiet": "load" is undefined, wanted a function that gives the class: ' +
    "() => import(…).then((module) => module.MyClass)",
    { key: "load" },
  ],
  [
    "a class in place of load's result",
    { type: "quiet", load: Promise.resolve(Quiet) },
    'Cannot make node type "quiet": "load" is an instance of Promise, wanted a function that gives the class: ' +
    "() => import(…).then((module) => module.MyClass)",
  ],
  [
    "a mode",
    { type: "quiet", load, mode: "spin" },
    'Cannot make node type "quiet": "mode" is "spin", wanted "push" or "loop" or "pull" or "external"',
    { key: "mode" },
  ],
  [
    "figures that are no names",
    { type: "quiet", load, figures: ["frames", 3] },
    'Cannot make node type "quiet": "figures" is ["frames",3], wanted a list of names',
    { key: "figures" },
  ],
  [
    "a lane that runs no classes",
    { type: "quiet", load, lane: "native" },
    'Cannot make node type "quiet": "lane" is "native", wanted "main" or "worker"',
  ],
  [
    "a list of ports",
    { type: "quiet", load, inputs: ["audio"] },
    'Cannot make node type "quiet": "inputs" is a list, wanted an object by name',
    { key: "inputs" },
  ],
  [
    "a port that is only a kind",
    { type: "quiet", load, inputs: { audio: "audio" } },
    'Cannot make node type "quiet": port "audio": it is a string, wanted an object such as { kind: "audio" }',
    { port: "audio" },
  ],
  [
    "a kind",
    { type: "quiet", load, inputs: { audio: { kind: "adio" } } },
    `Cannot make node type "quiet": port "audio": its "kind" is "adio" (did you mean "audio"?), wanted one of ${kinds}`,
    { port: "audio", available: ["audio", "video", "encoded", "packet", "data"] },
  ],
  [
    "no kind",
    { type: "quiet", load, outputs: { audio: {} } },
    `Cannot make node type "quiet": port "audio": its "kind" is undefined, wanted one of ${kinds}`,
  ],
  [
    "elements",
    { type: "quiet", load, inputs: { audio: { ...audio, array: 0 } } },
    'Cannot make node type "quiet": port "audio": its "array" is 0, wanted a whole number from 1',
  ],
  [
    "a name of a port",
    { type: "quiet", load, inputs: { "my port": audio } },
    'Cannot make node type "quiet": "my port" is no name for an input; wanted 1 to 64 letters, digits, "_" or "-", ' +
    'starting with a letter or "_"',
  ],
  [
    "an input and an output of one name",
    { type: "quiet", load, inputs: { audio }, outputs: { audio } },
    'Cannot make node type "quiet": "audio" is both an input and an output, and the class has one field of a name; ' +
    "rename one of them",
    { port: "audio" },
  ],
  [
    "a port and a configuration key of one name",
    { type: "quiet", load, outputs: { audio }, config: { audio: { type: "number" } } },
    'Cannot make node type "quiet": "audio" is both an output and a configuration key, and the class has one field of a ' +
    "name; rename one of them",
    { key: "audio" },
  ],
  [
    "a port with the name of a method",
    { type: "quiet", load, inputs: { process: audio } },
    'Cannot make node type "quiet": "process" is a method that the runtime calls; choose another name for an input',
  ],
  [
    "a configuration key without a schema",
    { type: "quiet", load, config: { gain: 3 } },
    'Cannot make node type "quiet": configuration key "gain" is a number, wanted a JSON Schema',
    { key: "gain" },
  ],
];

for (const [why, made, message, fields = {}] of REFUSED) {
  Deno.test(`makeNodeType() refuses ${why}`, () => {
    throws(() => make(made), { code: "InvalidConfig", message, ...fields });
  });
}

Deno.test("makeNodeType() names what is no part of a type, or of a port", () => {
  const where = { code: "InvalidConfig", key: "input" };
  throws(() => make({ type: "quiet", load, input: { audio } }), {
    ...where,
    message: /^Cannot make a node type: there is no option "input" \(did you mean "inputs"\?\)/,
  });
  throws(() => make({ type: "quiet", load, inputs: { audio: { ...audio, input: 1 } } }), {
    ...where,
    message: /^Cannot make node type "quiet": port "audio": there is no option "input"/,
  });
});

Deno.test("a type that is made by hand says where its load() gives no class", async () => {
  const { type } = make({ type: "quiet", load: () => Promise.resolve({ Quiet }) })();
  await rejects(type.load(), {
    code: "InvalidGraph",
    message: 'Cannot load node type "quiet": its load() gave an object, wanted the class of a processor',
  });
});

Deno.test("makeNodeType() takes the names of figures", () => {
  deepEqual(makeNodeType({ type: "quiet", load, figures: ["frames"] }).descriptor.figures, ["frames"]);
});
