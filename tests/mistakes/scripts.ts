/**
 * Mistakes in scripts that build and run graphs.
 *
 * @module
 */
import { appSource } from "../../mod.ts";
import type { RuntimeOptions } from "../../core/runtime_options.ts";
import { NodeRegistry, Runtime } from "../../mod.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { family, type Row, thrownBy } from "./told.ts";

/** What a script does with a runtime; what is not typed stands for code that is not checked. */
// deno-lint-ignore no-explicit-any -- as in a script without types
type Script = (runtime: any) => unknown;

/** A source of no length and a gain, which nothing joins. */
function pair(runtime: Runtime) {
  return { tone: runtime.add(nodes.toneSource({ durationSeconds: 0 })), gain: runtime.add(nodes.gain()) };
}

/** The two, joined. */
function chain(runtime: Runtime): ReturnType<typeof pair> {
  const both = pair(runtime);
  runtime.connect(both.tone.outputs.audio, both.gain.inputs.audioIn);
  return both;
}

/** The two, joined, run to their end. */
async function ended(runtime: Runtime): Promise<void> {
  chain(runtime);
  await runtime.start();
  await runtime.finished;
}

const make = (options: object): Script => () => new Runtime(options as RuntimeOptions);

const rows: readonly Row<Script>[] = [
  {
    mistake: "an option that is misspelt",
    given: make({ mod: "offline" }),
    says: [
      '"mod"',
      'Cannot make a runtime: there is no option "mod" ',
      '(did you mean "mode"?)',
    ],
  },
  {
    mistake: "a mode that does not exist",
    given: make({ mode: "realtime" }),
    says: ['"mode"', 'Cannot make a runtime: "mode" is "realtime"', 'wanted "live" or "offline"'],
  },
  {
    mistake: "the mode as the whole options",
    given: make("offline" as never),
    says: ["Cannot make a runtime", "Cannot make a runtime: its options are a string", "wanted an object"],
  },
  {
    mistake: "native: true",
    given: make({ native: true }),
    says: ['"native"', 'Cannot make a runtime: "native" is true', 'wanted "auto" or "require" or "off"'],
  },
  {
    mistake: "a time limit as text",
    given: make({ stopTimeoutMs: "5s" }),
    says: [
      '"stopTimeoutMs"',
      'Cannot make a runtime: "stopTimeoutMs" is "5s"',
      "wanted milliseconds from 0 to 2147483647",
    ],
  },
  {
    mistake: "a time limit below zero",
    given: make({ setupTimeoutMs: -1 }),
    says: [
      '"setupTimeoutMs"',
      'Cannot make a runtime: "setupTimeoutMs" is -1',
      "wanted milliseconds from 0 to 2147483647",
    ],
  },
  {
    mistake: "an abort controller for its signal",
    given: make({ signal: new AbortController() }),
    says: ['"signal"', 'Cannot make a runtime: "signal" is an instance of AbortController', "wanted an AbortSignal"],
  },
  {
    mistake: "pools as a list",
    given: make({ pools: [{ slots: 4 }] }),
    says: ['"pools"', 'Cannot make a runtime: "pools" is a list', "wanted an object by name"],
  },
  {
    mistake: "a pool with a key that does not exist",
    given: make({ pools: { audio: { size: 4 } } }),
    says: [
      '"audio"',
      'Cannot make a runtime with pool "audio": there is no option "size"',
      'options: "slotBytes" and "slots"',
    ],
  },
  {
    mistake: "a pool of half a slot",
    given: make({ pools: { audio: { slots: 0.5 } } }),
    says: [
      '"slots"',
      'Cannot make a runtime: "slots" of pool "audio" is 0.5',
      "wanted a whole number from 1 to 1048576",
    ],
  },
  {
    mistake: "a lane kind that does not exist",
    given: make({ lanes: { rt: { kind: "thread" } } }),
    says: ['"rt"', 'Cannot use lane "rt": kind is "thread"', 'wanted "worker", "main" and "native"'],
  },
  {
    mistake: "add() of the node type, not called",
    given: (runtime) => runtime.add(nodes.gain),
    says: [
      '"gain"',
      'Cannot add a node: found the node type "gain" itself',
      "wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })",
    ],
  },
  {
    mistake: "add() of a name",
    given: (runtime) => runtime.add("gain"),
    says: [
      "Cannot add a node",
      "Cannot add a node: found a string",
      "wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })",
    ],
  },
  {
    mistake: "add() of an instance",
    given: (runtime) => runtime.add(new (class Gain {})()),
    says: [
      "Cannot add a node",
      "Cannot add a node: found an instance of Gain",
      "wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })",
    ],
  },
  {
    mistake: "add() of nothing",
    given: (runtime) => runtime.add(undefined),
    says: [
      "Cannot add a node",
      "Cannot add a node: found undefined",
      "wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })",
    ],
  },
  {
    mistake: "a configuration key that is misspelt",
    given: (runtime) => runtime.add(nodes.gain({ gain: 3 } as never)),
    says: [
      '"gain"',
      'Cannot configure node "gain" (gain): unknown key "gain" ',
      '(did you mean "gainDb"?)',
    ],
  },
  {
    mistake: "a number as text",
    given: (runtime) => runtime.add(nodes.gain({ gainDb: "3" } as never)),
    says: ['"gain"', 'Cannot configure node "gain" (gain): "gainDb" is "3"', "wanted a number from -120 to 24 dB"],
  },
  {
    mistake: "a number that is none",
    given: (runtime) => runtime.add(nodes.gain({ gainDb: NaN })),
    says: ['"gain"', 'Cannot configure node "gain" (gain): "gainDb" is NaN', "wanted a number from -120 to 24 dB"],
  },
  {
    mistake: "a required key that is missing",
    given: (runtime) => runtime.add(nodes.wavSource({} as never)),
    says: [
      '"wav-source"',
      'Cannot configure node "wav-source" (wav-source): "path" is missing',
      "wanted a non-empty string",
    ],
  },
  {
    mistake: "configuration as a list",
    given: (runtime) => runtime.add(nodes.gain([3] as never)),
    says: [
      '"gain"',
      'Cannot configure node "gain" (gain): the configuration is a list',
      "wanted a plain object of keys and values",
    ],
  },
  {
    mistake: "one id for two nodes",
    given: (runtime) => (runtime.add(nodes.gain(), { id: "a" }), runtime.add(nodes.gain(), { id: "a" })),
    says: ['"a"', 'Cannot add node "a": the graph has a node of that id', "choose another"],
  },
  {
    mistake: "an id with a dot",
    given: (runtime) => runtime.add(nodes.gain(), { id: "a.b" }),
    says: [
      '"a.b"',
      'Cannot use "a.b" as a node id',
      'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"',
    ],
  },
  {
    mistake: "an id as a number",
    given: (runtime) => runtime.add(nodes.gain(), { id: 1 }),
    says: [
      '"_"',
      "Cannot use 1 as a node id",
      'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"',
    ],
  },
  {
    mistake: "an option of add() that is misspelt",
    given: (runtime) => runtime.add(nodes.gain(), { nmae: "a" }),
    says: [
      '"nmae"',
      'Cannot add a node: there is no option "nmae"',
      'options: "id"',
    ],
  },
  {
    mistake: "the id in place of the options",
    given: (runtime) => runtime.add(nodes.gain(), "a"),
    says: ["Cannot add a node", "Cannot add a node: its options are a string", "wanted an object"],
  },
  {
    mistake: "a pool that does not exist",
    given: (runtime) => runtime.add(nodes.gain(), { pool: "big" }),
    says: [
      '"gain"',
      'Cannot give node "gain" the pool "big": the pools are "audio", "video", "encoded", "packet" and "data"',
      'declare it in "pools"',
    ],
  },
  {
    mistake: "supervision that does not exist",
    given: (runtime) => runtime.add(nodes.gain(), { supervision: "retry" }),
    says: [
      '"gain"',
      'Cannot supervise node "gain": "supervision" is "retry"',
      'wanted "fail", "disable" or { "restart": { … } }',
    ],
  },
  {
    mistake: "addByType() of a type that does not exist",
    given: (runtime) => runtime.addByType("gian"),
    says: [
      '"gian"',
      'Cannot find node type "gian" ',
      '(did you mean "gain"?)',
    ],
  },
  {
    mistake: "addByType() without a registry",
    given: () => new Runtime({ native: "off" }).addByType("gain"),
    says: [
      '"gain"',
      'Cannot find node type "gain": the runtime has no registry',
      "pass one as new Runtime({ registry })",
    ],
  },
  {
    mistake: "connect() of nodes, not ports",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect(tone, gain);
    },
    says: ["Cannot link", "Cannot link from what is an object", "wanted an output, such as handle.outputs.audio"],
  },
  {
    mistake: "connect() of a port that does not exist",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect((tone.outputs as Record<string, unknown>).audioOut, gain.inputs.audioIn);
    },
    says: ["Cannot link", "Cannot link from what is undefined", "wanted an output, such as handle.outputs.audio"],
  },
  {
    mistake: "connect() the wrong way round",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect(gain.inputs.audioIn, tone.outputs.audio);
    },
    says: [
      '"gain.audioIn"',
      'Cannot link "gain.audioIn" to "tone-source.audio": "gain.audioIn" is an input and "tone-source.audio" is an output',
      'exchange "from" and "to"',
    ],
  },
  {
    mistake: "connect() of values to audio",
    given: (runtime) => {
      const meter = runtime.add(nodes.levelMeter());
      runtime.connect(meter.outputs.levels, runtime.add(nodes.gain()).inputs.audioIn);
    },
    says: [
      '"level-meter.levels"',
      'Cannot link "level-meter.levels" to "gain.audioIn": the output carries DataFrame<LevelReading>',
      "wanted AudioFrame",
    ],
  },
  {
    mistake: "connect() of two outputs to one input",
    given: (runtime) => {
      const { gain } = chain(runtime);
      runtime.connect(runtime.add(nodes.toneSource()).outputs.audio, gain.inputs.audioIn);
    },
    says: [
      '"tone-source-2.audio"',
      'Cannot link "tone-source-2.audio" to "gain.audioIn": the input is taken by link0 from "tone-source.audio"',
      "an input takes one link",
    ],
  },
  {
    mistake: "connect() in a circle",
    given: (runtime) => {
      const [a, b] = [runtime.add(nodes.gain()), runtime.add(nodes.gain())];
      runtime.connect(a.outputs.audioOut, b.inputs.audioIn);
      runtime.connect(b.outputs.audioOut, a.inputs.audioIn);
    },
    says: [
      '"gain-2.audioOut"',
      'Cannot link "gain-2.audioOut" to "gain.audioIn": it closes a loop with no delay in it: "gain" -> "gain-2" -> "gain"',
      "put a node that delays on it, or take one of its links out",
    ],
  },
  {
    mistake: "connect() of a port of another runtime",
    given: (runtime) => {
      const other = pair(new Runtime({ native: "off" }));
      runtime.connect(other.tone.outputs.audio, pair(runtime).gain.inputs.audioIn);
    },
    says: [
      '"tone-source.audio"',
      'Cannot link "tone-source.audio": it is a port of a node of another runtime',
      "take the one that add() gave here",
    ],
  },
  {
    mistake: "connect() with a policy that does not exist",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect(tone.outputs.audio, gain.inputs.audioIn, { policy: "drop-oldest" });
    },
    says: [
      '"tone-source.audio"',
      'Cannot link "tone-source.audio" to "gain.audioIn": policy is "drop-oldest"',
      'wanted "roll-off", "latest", "drop-newest" and "lossless"',
    ],
  },
  {
    mistake: "connect() with a capacity of nothing",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect(tone.outputs.audio, gain.inputs.audioIn, { capacity: 0 });
    },
    says: [
      '"tone-source.audio"',
      'Cannot link "tone-source.audio" to "gain.audioIn": capacity is 0',
      "wanted a whole number from 1 to 65536",
    ],
  },
  {
    mistake: "connect() with an option that is misspelt",
    given: (runtime) => {
      const { tone, gain } = pair(runtime);
      runtime.connect(tone.outputs.audio, gain.inputs.audioIn, { polcy: "latest" });
    },
    says: [
      '"tone-source.audio"',
      'Cannot link "tone-source.audio" to "gain.audioIn": there is no option "polcy" ',
      '(did you mean "policy"?)',
    ],
  },
  {
    mistake: "connectByName() without a port",
    given: (runtime) => {
      pair(runtime);
      runtime.connectByName("tone-source", "gain");
    },
    says: ['"tone-source"', 'Cannot read "tone-source" as a port address', 'wanted "node.port"'],
  },
  {
    mistake: "connectByName() of a node that does not exist",
    given: (runtime) => {
      pair(runtime);
      runtime.connectByName("tone.audio", "gain.audioIn");
    },
    says: ['"tone"', 'Cannot find node "tone"', 'nodes: "tone-source" and "gain"'],
  },
  {
    mistake: "connectByName() of a port that does not exist",
    given: (runtime) => {
      pair(runtime);
      runtime.connectByName("tone-source.audioOut", "gain.audioIn");
    },
    says: [
      '"tone-source.audioOut"',
      'Cannot link from "tone-source.audioOut": "tone-source" has no output of that name',
      'outputs: "audio"',
    ],
  },
  {
    mistake: "portInfo() of a node that does not exist",
    given: (runtime) => runtime.portInfo("gain"),
    says: ['"gain"', 'Cannot find node "gain"', "nodes: none"],
  },
  {
    mistake: "start() of a graph with no nodes",
    given: (runtime) => runtime.start(),
    says: ["Cannot start", "Cannot start: the graph has no nodes", "add one"],
  },
  {
    mistake: "start() with an input that nothing leads to",
    given: (runtime) => (pair(runtime), runtime.start()),
    says: [
      '"gain.audioIn"',
      'Cannot start: input "gain.audioIn" (AudioFrame) is required and has no link',
      "link an output to it",
    ],
  },
  {
    mistake: "start() twice",
    given: async (runtime) => {
      chain(runtime);
      await runtime.start();
      await runtime.start();
    },
    says: ["Cannot start", "Cannot start: the graph was started", "runtime.finished tells of its end"],
  },
  {
    mistake: "finished before start()",
    given: (runtime) => (chain(runtime), runtime.finished),
    says: ["start()", "Cannot wait for the end: the graph was not started", "call start()"],
  },
  {
    mistake: "pause() before start()",
    given: (runtime) => (chain(runtime), runtime.pause()),
    says: ["start()", "Cannot pause: the graph was not started", "call start()"],
  },
  {
    mistake: "pause() after the end",
    given: async (runtime) => {
      await ended(runtime);
      await runtime.pause();
    },
    says: ["Cannot pause", "Cannot pause: the graph has ended", "run it anew"],
  },
  {
    mistake: "a use after disposal",
    given: async (runtime) => {
      await runtime[Symbol.asyncDispose]();
      runtime.add(nodes.gain());
    },
    says: ["Cannot add a node", "Cannot add a node: the runtime was disposed of", "make a new Runtime"],
  },
  {
    mistake: "setConfig() of a node that does not exist",
    given: (runtime) => runtime.setConfig("gain", "gainDb", 3),
    says: ['"gain"', 'Cannot find node "gain"', "nodes: none"],
  },
  {
    mistake: "setConfig() of a key that does not exist",
    given: (runtime) => (chain(runtime), runtime.setConfig("gain", "gain", 3)),
    says: [
      '"gain"',
      'Cannot configure node "gain" (gain): unknown key "gain" ',
      '(did you mean "gainDb"?)',
    ],
  },
  {
    mistake: "setConfig() beyond the range",
    given: (runtime) => (chain(runtime), runtime.setConfig("gain", "gainDb", 99)),
    says: ['"gain"', 'Cannot configure node "gain" (gain): "gainDb" is 99', "wanted a number from -120 to 24 dB"],
  },
  {
    mistake: "edit() without a function",
    given: (runtime) => runtime.edit({ remove: "gain" }),
    says: [
      "Cannot edit the graph",
      "Cannot edit the graph: found an object",
      "wanted a function that is given what collects the edit",
    ],
  },
  {
    mistake: "edit() with an asynchronous function",
    given: (runtime) => runtime.edit(async () => {}),
    says: [
      "edit()",
      "Cannot edit the graph: its function gave a promise",
      "wanted one that does not wait; do what takes time before runtime.edit()",
    ],
  },
  {
    mistake: "edit() that removes a node that does not exist",
    given: (runtime) => runtime.edit((edit: { remove(id: string): void }) => edit.remove("gain")),
    says: ['"gain"', 'Cannot find node "gain"', "nodes: none"],
  },
  {
    mistake: "the edit kept beyond its function",
    given: async (runtime) => {
      let kept: { remove(id: string): void } | undefined;
      chain(runtime);
      await runtime.edit((edit: typeof kept) => void (kept = edit));
      kept!.remove("gain");
    },
    says: ["edit()", "Cannot change the graph by an edit whose function has returned", "call runtime.edit() again"],
  },
  {
    mistake: "an app source that is added twice",
    given: (runtime) => {
      const source = appSource.data();
      runtime.add(source);
      runtime.add(source);
    },
    says: [
      '"app-source"',
      'Cannot add an "app-source" twice: it feeds or is read as one node',
      "call appSource once for each",
    ],
  },
  {
    mistake: "an app source of a rate as text",
    given: () => appSource.audio({ sampleRateHz: "48k" } as never),
    says: [
      "Cannot make an audio source of undefined channels",
      "Cannot make an audio source of undefined channels",
      "wanted 1 to 64",
    ],
  },
  {
    mistake: "an app source without its measures",
    given: () => appSource.audio(undefined as never),
    says: [
      '"sampleRateHz"',
      "Cannot make an audio source: found undefined",
      'wanted an object with "sampleRateHz" and "channels"',
    ],
  },
];

/** Each runs its script with a runtime in portable mode, which is stopped afterwards. */
export const scripts = family("scripts", rows, async (given) => {
  const registry = new NodeRegistry([nodePackage]);
  await using runtime = new Runtime({ mode: "offline", native: "off", registry });
  const told = await thrownBy(() => given(runtime));
  await runtime.stop();
  return told;
});
