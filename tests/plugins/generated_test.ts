/** The code that is generated of plugins: what it says, that its nodes run, and that it is found to be stale. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatDiagnostic } from "../../codegen/diagnostics.ts";
import { generate } from "../../codegen/generate.ts";
import { watch } from "../../codegen/watch.ts";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { SluiceError } from "../../core/errors.ts";
import { Runtime } from "../../core/runtime.ts";
import { sluice } from "../cli/command_line.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const GOLDEN = fileURLToPath(new URL("../fixtures/plugins/typed", import.meta.url));
const RUNTIME = join(CHECKOUT, "generated.ts");

function generating(name: string, fn: (folder: PluginFolder) => Promise<void>): void {
  Deno.test({
    name: `generated code of plugins: ${name}${noPlugins === undefined ? "" : ` (left out: ${noPlugins})`}`,
    ignore: noPlugins !== undefined,
    fn: async () => {
      await using folder = await PluginFolder.make();
      await fn(folder);
    },
  });
}

/** Writes a `sluice.json` beside the plugins. @returns its path */
async function configure(folder: PluginFolder, more: object = {}): Promise<string> {
  const config = { name: "@example/typed", runtime: RUNTIME, plugins: ["./native"], ...more };
  await Deno.writeTextFile(`${folder.path}/sluice.json`, JSON.stringify(config));
  return `${folder.path}/sluice.json`;
}

generating("is as tests/fixtures/plugins/typed has it", async (folder) => {
  // From here the golden file's paths lead to the runtime, too.
  const root = `${folder.path}/tests/fixtures/plugins/typed`;
  await Deno.mkdir(root, { recursive: true });
  await Deno.symlink(RUNTIME, `${folder.path}/generated.ts`);
  await Deno.copyFile(`${GOLDEN}/sluice.json`, `${root}/sluice.json`);
  await Deno.rename(await folder.addC("native", { file: "typed.c" }), `${root}/native`);
  const { files, diagnostics, nodeTypes } = await generate({ configPath: `${root}/sluice.json` });
  deepEqual(diagnostics.map(formatDiagnostic), []);
  deepEqual(nodeTypes, ["com.example.beat-counter", "com.example.tilt"]);
  for (const { path, text } of files) {
    if (Deno.env.get("SLUICE_UPDATE_GOLDEN") === "1") await Deno.writeTextFile(`${GOLDEN}/${path}`, text);
    equal(text, await Deno.readTextFile(`${GOLDEN}/${path}`), path);
  }
});

generating("has nodes that load their plugin, and run", async (folder) => {
  const at = await folder.addC("native", { file: "typed.c" }, { flags: ['-DPREFIX="com.run"'] });
  const { diagnostics } = await generate({ configPath: await configure(folder) });
  deepEqual(diagnostics, []);
  const { nodes } = await import(pathToFileURL(`${folder.path}/sluice.gen.ts`).href);
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }));
  const tilt = runtime.add(nodes.comRunTilt({ shape: "shelf" })) as typeof source & { inputs: { audioIn: never } };
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, tilt.inputs.audioIn);
  runtime.connect((tilt.outputs as unknown as { audioOut: typeof source.outputs.audio }).audioOut, sink.inputs.audio);
  await runtime.start();
  await source.push({ channels: [Float32Array.of(1, 2)] });
  source.end();
  const heard: number[] = [];
  for await (const block of sink) heard.push(...block.channel(0));
  await runtime.finished;
  deepEqual(heard, [1, 2]);
  throws(() => runtime.add(nodes.comRunTilt({ shape: "steep" })), SluiceError);
  await folder.describe(at, 'name = "native"\nversion = "1"\nlibrary = "native"\nenabled = false\n');
  throws(() => nodes.comRunBeatCounter(), {
    code: "PluginRejected",
    message: /^Cannot use stage "com\.run\.beat-counter": the plugin in "\S+" is not there, or not enabled; run "/,
  });
});

rare(generating)("is stale when the library has another key", async (folder) => {
  await configure(folder);
  await folder.addC("native", { file: "typed.c" });
  const run = (...args: string[]) => sluice(["codegen", ...args], { cwd: folder.path });
  const made = await run();
  equal(made.code, 0, made.stderr);
  match(made.stdout, /^codegen: 2 node types generated/m);
  equal((await run("--check")).code, 0);
  await Deno.remove(`${folder.path}/native`, { recursive: true });
  await folder.addC("native", { file: "typed.c" }, { flags: ["-DCHANGED"] });
  const checked = await run("--check");
  equal(checked.code, 1);
  match(checked.stderr, /^codegen: sluice\.gen\.ts is stale$/m);
  match(checked.stderr, /^codegen: sluice\.schema\.json is stale$/m);
});

generating("is left as it is where a plugin is refused", async (folder) => {
  const configPath = await configure(folder);
  const at = await folder.addC("native", { file: "typed.c" });
  await Deno.remove(`${at}/libnative.so`);
  const { files, diagnostics } = await generate({ configPath });
  deepEqual(files, []);
  equal(
    diagnostics[0].message,
    `Cannot use plugin "./native": "${at}" is refused: there is no library ` +
      `"${at}/native", nor "${at}/libnative.so"; build the plugin with "sluice plugins build"`,
  );
  await configure(folder, { plugins: [{ path: "./native", if: { platforms: ["windows"] } }] });
  const [elsewhere] = (await generate({ configPath })).diagnostics;
  match(elsewhere.message, /lists packages and plugins, and no files with classes$/);
});

generating("is not made of a library that was built again since it was loaded", async (folder) => {
  const configPath = await configure(folder);
  const at = await folder.addC("native", { file: "typed.c" }, { flags: ['-DPREFIX="com.again"'] });
  ok((await generate({ configPath })).files.length === 2);
  await Deno.utime(`${at}/libnative.so`, 1, 1);
  const { diagnostics } = await generate({ configPath });
  match(diagnostics[0].message, /libnative\.so" was built again, and this process has loaded what was there before/);
});

generating("is made again when plugin.toml is saved", async (folder) => {
  const configPath = await configure(folder);
  const at = await folder.addC("native", { file: "typed.c" }, { flags: ['-DPREFIX="com.watched"'] });
  const manifest = await Deno.readTextFile(`${at}/plugin.toml`);
  const stopped = new AbortController();
  // At one stroke: nobody reads half of it.
  const save = async (text: string) => {
    await Deno.writeTextFile(`${at}/plugin.toml.part`, text);
    await Deno.rename(`${at}/plugin.toml.part`, `${at}/plugin.toml`);
  };
  const told: string[] = [];
  await watch({ configPath }, ({ result: { diagnostics, nodeTypes } }) => {
    const [problem] = diagnostics;
    const said = problem === undefined ? nodeTypes.join(" ") : problem.message.replace(/.* is refused: /, "");
    // One save may be told of twice.
    if (told.at(-1) === said) return;
    told.push(said);
    if (told.length === 1) void save(`${manifest}stages = ["com.watched.absent"]\n`);
    else if (told.length === 2) void save(manifest);
    else stopped.abort();
  }, stopped.signal);
  const types = "com.watched.beat-counter com.watched.tilt";
  const refusal = `it names stage "com.watched.absent", and the library has com.watched.tilt, com.watched.beat-counter`;
  deepEqual(told, [types, refusal, types]);
});
