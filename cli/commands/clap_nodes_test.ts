import { deepEqual } from "node:assert/strict";
import { clapNodes } from "./clap_nodes.ts";
import type { ClapParameter } from "./clap_program.ts";

const OWN = { parameters: {}, state: {}, blockSize: {}, tailSeconds: {}, waitMs: {} };

/** The node types of plugins with these ids and parameters. */
function nodesOf(ids: readonly string[], parameters: readonly Partial<ClapParameter>[] = []) {
  const all = ids.map((id) => ({
    file: `/${id}.clap`,
    plugin: { id, name: id, vendor: "", version: "", description: "", features: [] },
    info: {
      inputs: [],
      outputs: [{ name: "Out", channels: 1, main: true }],
      notePorts: [],
      parameters: parameters.map((each, k) => ({
        id: k,
        name: "",
        module: "",
        minimum: 0,
        maximum: 2,
        default: 1,
        stepped: false,
        readOnly: false,
        value: 1,
        text: null,
        steps: null,
        ...each,
      })),
      latencySamples: 0,
      sampleRateHz: 48_000,
      tailSamples: null,
      savesState: false,
    },
  }));
  return clapNodes(all, OWN, {});
}

Deno.test("clapNodes() gives each plugin an id that stages may have, once", () => {
  const ids = ["com.Maker.Big Gain", "com.maker.big-gain", "gain", "1.2", "123.gain", `a.${"b".repeat(61)}.c`];
  deepEqual(nodesOf(ids).map(({ stage }) => stage), [
    "com.maker.big-gain",
    "com.maker.big-gain-2",
    "clap.gain",
    "clap.plugin",
    "clap.gain-2",
    `a.${"b".repeat(61)}`,
  ]);
});

Deno.test("clapNodes() names keys by parameters, and by their groups or ids where names are taken", () => {
  const names = ["Wet / Dry", "2nd LFO", "State", "Gain", "Gain", "Gain", "増幅"];
  const [node] = nodesOf(["a.b"], names.map((name, k) => ({ name, module: k > 3 && k < 6 ? "Low" : "" })));
  deepEqual(node.parameters.map(([key]) => key), [
    "wetDry",
    "p2NdLfo",
    "parameter2",
    "gain",
    "lowGain",
    "parameter5",
    "parameter6",
  ]);
});

Deno.test("clapNodes() leaves parameters that find no room in the schema to the key parameters", () => {
  const many = Array.from({ length: 3_000 }, (_, k) => ({ name: `Parameter ${k}` }));
  const [{ parameters, config, doc }] = nodesOf(["a.b"], many);
  deepEqual(JSON.stringify(config).length < 65_536, true);
  deepEqual(doc.includes(`${many.length - parameters.length} more parameters are set by name`), true, doc);
});
