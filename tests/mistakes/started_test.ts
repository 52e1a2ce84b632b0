/** Mistakes in what a person starts, each in a process of its own, with the times that it has by default. */
import assert from "node:assert/strict";
import { processorSource, tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { MAIN, ROOT } from "../cli/command_line.ts";
import { listAll } from "./captured.ts";

/** A class that hands nothing on. */
const OWN = processorSource("Own", "  @output()\n  audioOut!: StreamOutput<AudioFrame>;");

interface Row {
  readonly mistake: string;
  readonly start: readonly string[];
  /** The class as it is once code was generated; absent: it is deleted. */
  readonly source?: string;
  readonly graph?: object;
  readonly code: number;
  readonly says: readonly string[];
}

const RUN = ["run", "-A", "--no-check", MAIN, "run", "graph.json"];
const SCRIPT = ["run", "-A", "--no-check", "--config", `${ROOT}deno.json`, "main.ts"];

function graph(source: object, path = "out.wav"): object {
  return {
    version: 1,
    mode: "offline",
    nodes: { in: source, own: { type: "own", lane: "dsp" }, out: { type: "wav-sink", lane: "disk", config: { path } } },
    links: [{ from: "in.audio", to: "own.audioIn" }, { from: "own.audioOut", to: "out.audio" }],
  };
}

const SCRIPT_TEXT = `import { nodes, Runtime } from "@sluice/sluice";

await using runtime = new Runtime({ mode: "offline" });
const file = runtime.add(nodes.wavSource({ path: "no.wav" }), { id: "in" });
const out = runtime.add(nodes.wavSink({ path: "out.wav" }), { id: "out", lane: "disk" });
runtime.connect(file.outputs.audio, out.inputs.audio);
await runtime.start();
await runtime.finished;
`;

const TONE = { type: "tone-source", config: { durationSeconds: 1 } };

const rows: readonly Row[] = [
  {
    mistake: "a file to read that is not there",
    start: RUN,
    source: OWN,
    graph: graph({ type: "wav-source", config: { path: "no.wav" } }),
    code: 2,
    says: ["graph.json:1:", 'Node "in" (wav-source): Cannot read "no.wav": there is no such file'],
  },
  {
    mistake: "the same in a script",
    start: SCRIPT,
    source: OWN,
    code: 1,
    says: ['Node "in" (wav-source): Cannot read "no.wav": there is no such file'],
  },
  {
    mistake: "a folder to write to that is not there",
    start: RUN,
    source: OWN,
    graph: graph(TONE, "no/out.wav"),
    code: 2,
    says: ["graph.json:1:", 'Node "out" (wav-sink): Cannot write "no/out.wav": its directory does not exist'],
  },
  {
    mistake: "process() that throws at the first frame",
    start: RUN,
    source: OWN.replace("process(): void {}", 'process(): void { if (this.audioIn.read()) throw new Error("no"); }'),
    graph: graph(TONE),
    code: 1,
    says: ["graph.json:1:", 'Node "own" (own) failed in process(): no', "own.ts:"],
  },
  {
    mistake: "setup() that throws",
    start: RUN,
    source: OWN.replace("process()", 'setup(): void { throw new Error("no"); }\n  process()'),
    graph: graph(TONE),
    code: 1,
    says: ["graph.json:1:", 'Node "own" (own) failed in setup(): no', "own.ts:"],
  },
  {
    mistake: "a port that was renamed, and no code generated",
    start: RUN,
    source: OWN.replaceAll("audioIn", "audio"),
    graph: graph(TONE),
    code: 2,
    says: ['class "Own" has no field "audioIn"', '"own.ts" has changed since that was made; run "deno task codegen"'],
  },
  {
    mistake: "a class that was deleted, and no code generated",
    start: RUN,
    graph: graph(TONE),
    code: 2,
    says: ['"own.ts" is missing, which it was made from; put it back, or run "deno task codegen"', "own.ts"],
  },
];

for (const { mistake, start, source, graph, code, says } of rows) {
  Deno.test(`who starts it is told what is wrong, and nothing is left behind: ${mistake}`, async () => {
    await using folder = await tempPackage({ "own.ts": OWN }, { include: ["own.ts"] });
    assert.deepEqual((await folder.run()).problems, []);
    if (source === undefined) await Deno.remove(`${folder.root}/own.ts`);
    else await folder.write("own.ts", source);
    await folder.write("graph.json", JSON.stringify(graph ?? {}));
    await folder.write("main.ts", SCRIPT_TEXT);
    const before = listAll(folder.root);
    // It ends once no process has its streams any more.
    const ended = await new Deno.Command(Deno.execPath(), {
      args: [...start],
      cwd: folder.root,
      env: { NO_COLOR: "1", SLUICE_LOG: "warn" },
    }).output();
    const said = new TextDecoder().decode(ended.stderr);
    assert.equal(ended.code, code, said);
    for (const part of says) assert.ok(said.includes(part), `is said: ${said}\nmissing: ${part}`);
    assert.deepEqual(listAll(folder.root), before);
  });
}
