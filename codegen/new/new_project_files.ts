/**
 * The texts of a new project: a processor with its test, a graph file and a script that use it. The README shows the
 * same files. They are formatted as `deno fmt` formats them in the project.
 *
 * @module
 */

/** Width of lines in the project. */
export const LINE_WIDTH = 120;

const FADER =
  `import { type AudioFrame, config, input, output, processor, type StreamInput, type StreamOutput } from "RUNTIME";

/** Multiplies samples by a factor. */
@processor()
export class Fader {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** What samples are multiplied by. @minimum 0 @maximum 2 */
  @config({ live: true })
  factor = 1;

  process(): void {
    for (const block of this.audioIn.drain()) {
      const own = block.writable();
      for (let c = 0; c < own.channels; c++) own.channel(c).forEach((v, i, all) => all[i] = v * this.factor);
      this.audioOut.write(own);
    }
  }
}
`;

const TEST = `import assert from "node:assert/strict";
import { ProcessorHarness } from "RUNTIME/testing";
import { nodes } from "./sluice.gen.ts";

Deno.test("fader scales blocks", async () => {
  await using harness = await ProcessorHarness.create(nodes.fader({ factor: 0.5 }));
  harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array([1, -0.5])] });
  await harness.run();
  assert.deepEqual([...harness.takeAudio("audioOut")[0].channels[0]], [0.5, -0.25]);
});
`;

const GRAPH = `{
  "$schema": "./sluice.schema.json",
  "version": 1,
  "mode": "live",
  "nodes": {
    "tone": { "type": "tone-source" },
    "fader": { "type": "fader", "lane": "dsp", "config": { "factor": 0.5 } },
    "level": { "type": "level-meter" }
  },
  "links": [{ "from": "tone.audio", "to": "fader.audioIn" }, { "from": "fader.audioOut", "to": "level.audioIn" }]
}
`;

const SCRIPT = `import { nodes, Runtime } from "RUNTIME";
import { nodes as mine } from "./sluice.gen.ts";

await using runtime = new Runtime({ mode: "offline" });
const tone = runtime.add(nodes.toneSource({ durationSeconds: 2 }));
const fader = runtime.add(mine.fader({ factor: 0.5 }));
const file = runtime.add(nodes.wavSink({ path: "quiet.wav" }));
runtime.connect(tone.outputs.audio, fader.inputs.audioIn);
runtime.connect(fader.outputs.audioOut, file.inputs.audio);
await runtime.start();
await runtime.finished;
`;

/**
 * The texts by path.
 *
 * @param runtime the specifier by which the project imports the runtime
 */
export function newProjectFiles(name: string, runtime: string): { readonly [path: string]: string } {
  const from = (text: string) => text.replace("RUNTIME", runtime);
  return {
    "sluice.json": `{ "name": ${JSON.stringify(name)}, "include": ["*.ts"] }\n`,
    "fader.ts": from(FADER),
    "fader_test.ts": from(TEST),
    "graph.json": GRAPH,
    "main.ts": from(SCRIPT),
  };
}

/**
 * The tasks of the project. The tasks start the command line by the specifier of the runtime, so that it runs with the
 * project's configuration, import map and lock file.
 */
export function projectTasks(runtime: string): { readonly [name: string]: string } {
  const sluice = `deno run -A ${runtime}/cli`;
  return {
    dev: `deno task test; ${sluice} run graph.json --watch --serve`,
    test: "deno task codegen && deno test -A",
    start: "deno task codegen && deno check main.ts && deno run -A main.ts",
    codegen: `${sluice} codegen`,
    sluice,
  };
}
