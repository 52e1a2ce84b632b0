/** What `sluice new processor` leaves: in every kind of folder, the commands that it prints work. */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { listFolder, ROOT, sluice, temporaryFolder } from "./command_line.ts";

const CHECKOUT = ROOT.replace(/\/$/, "");
const IMPORTS = { "@sluice/sluice": "jsr:@sluice/sluice@0.1.0" };

/**
 * Whether the types of what was made are checked, which takes seconds each time; tests/cli/new_project_test.ts always
 * checks them.
 */
const CHECKS_TYPES = Deno.env.get("SLUICE_DEEP") === "1";

/** What leads from a project to the modules of the checkout. */
async function importsByPath(): Promise<Record<string, string>> {
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  return Object.fromEntries(
    Object.entries<string>(exports).map(([door, path]) => [`@sluice/sluice${door.slice(1)}`, CHECKOUT + path.slice(1)]),
  );
}

/**
 * Runs `sluice new processor`, which must succeed, then each command that it prints; gives what it printed.
 *
 * @param types whether the test checks the types, which takes seconds
 */
async function makeAndTry(folder: string, args: string[], { types = false } = {}): Promise<string> {
  const { code, stdout, stderr } = await sluice(["new", "processor", ...args], { cwd: folder });
  assert.equal(code, 0, stderr);
  const commands = [...stdout.matchAll(/^(?:Try it|After each change of an annotation): deno (.*)$/gm)];
  assert.ok(commands.length > 0, stdout);
  for (const [, command] of commands) {
    const [name, ...rest] = command.split(" ");
    const said = await deno([name, ...(name === "test" && !types ? ["--no-check"] : []), ...rest], folder);
    if (name === "test") assert.match(said, /1 passed \| 0 failed/);
  }
  return stdout;
}

async function deno(args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `deno ${args.join(" ")}: ${said}`);
  return said;
}

async function refused(folder: string, args: string[], expected: string): Promise<void> {
  const before = await listFolder(folder);
  const result = await sluice(["new", "processor", ...args], { cwd: folder });
  assert.deepEqual(result, { code: 2, stdout: "", stderr: `error: ${expected}\n` });
  assert.deepEqual(await listFolder(folder), before, "nothing is written");
}

Deno.test("sluice new processor makes a project of an empty folder, which is formatted and clean", async () => {
  await using folder = await temporaryFolder();
  const said = await makeAndTry(folder.path, ["hum-filter"], { types: CHECKS_TYPES });
  assert.deepEqual(said.match(/^(?:new|changed): .*$/gm), [
    "new: sluice.json",
    "new: deno.json",
    "new: processors/hum_filter.ts",
    "new: processors/hum_filter_test.ts",
    "new: docs/processors/hum_filter.md",
  ]);
  await deno(["fmt", "--check"], folder.path);
  await deno(["lint"], folder.path);
  const graph = { version: 1, mode: "offline", nodes: {}, links: [] as object[] };
  graph.nodes = {
    tone: { type: "tone-source", config: { durationSeconds: 0.1 } },
    gate: { type: "hum-filter" },
    meter: { type: "level-meter" },
  };
  graph.links = [{ from: "tone.audio", to: "gate.audioIn" }, { from: "gate.audioOut", to: "meter.audioIn" }];
  await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
  await deno(["task", "sluice", "run", "graph.json"], folder.path);
  // The types pass as well where paths lead to the runtime.
  await Deno.writeTextFile(`${folder.path}/deno.json`, JSON.stringify({ imports: await importsByPath() }));
  await deno(["test", "-A", ...(CHECKS_TYPES ? [] : ["--no-check"]), "processors/hum_filter_test.ts"], folder.path);
});

Deno.test("sluice new processor makes the generator read a folder that it is given", async () => {
  await using folder = await temporaryFolder();
  const config = '{\n  // Ours.\n  "name": "mine",\n  "include": ["src/*.ts"],\n}\n';
  await Deno.writeTextFile(`${folder.path}/sluice.json`, config);
  const said = await makeAndTry(folder.path, ["hum-filter", "--folder", "dsp/gates"]);
  assert.ok(said.startsWith('changed: sluice.json: "dsp/gates/**/*.ts"\nnew: deno.json\n'), said);
  assert.equal(
    await Deno.readTextFile(`${folder.path}/sluice.json`),
    config.replace('["src/*.ts"]', '[\n    "src/*.ts",\n    "dsp/gates/**/*.ts"\n  ]'),
  );
});

Deno.test("sluice new processor completes a deno.json that does not lead to the runtime", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deno.json`;
  await Deno.writeTextFile(path, '{\n  "tasks": { "hello": "echo hello" }\n}\n');
  const said = await makeAndTry(folder.path, ["hum-filter"]);
  assert.match(said, /^changed: deno\.json: "imports"\."@sluice\/sluice", "links"$/m);
  const { tasks, imports } = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual([tasks, imports], [{ hello: "echo hello" }, IMPORTS]);
  assert.doesNotMatch(said, /deno task codegen/, "there is no such task");
});

Deno.test("sluice new processor leaves a deno.json alone that leads to the runtime, by a link or by paths", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deno.json`;
  const linked = JSON.stringify({ links: [CHECKOUT], imports: IMPORTS });
  await Deno.writeTextFile(path, linked);
  assert.doesNotMatch(await makeAndTry(folder.path, ["hum-filter"]), /deno\.json/);
  assert.equal(await Deno.readTextFile(path), linked);
  await Deno.writeTextFile(path, JSON.stringify({ imports: { "@sluice/sluice": `${CHECKOUT}/mod.ts` } }));
  const said = await makeAndTry(folder.path, ["wobble"]);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(path)).imports, await importsByPath());
  const added = Object.keys(await importsByPath()).slice(1).map((door) => `"imports"."${door}"`);
  assert.ok(added.length >= 5);
  assert.match(said, new RegExp(`^changed: deno\\.json: ${added.join(", ")}$`, "m"));
});

Deno.test("sluice new processor prints a command that works from where it was called", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/package`);
  const said = await makeAndTry(folder.path, ["hum-filter", "--config", "package/sluice.json"]);
  assert.match(said, /deno test -A --config package\/deno\.json package\/processors\/hum_filter_test\.ts/);
});

Deno.test("sluice new processor refuses names that are taken, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  await refused(
    folder.path,
    ["gain"],
    'Cannot make processor "gain": the name is taken by "Gain" of @sluice/sluice ' +
      `(${await sourceOf("gain")}); choose another, such as "my-gain"`,
  );
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["src/**/*.ts"] }');
  await Deno.mkdir(`${folder.path}/src`);
  await Deno.writeTextFile(
    `${folder.path}/src/it.ts`,
    'import { type AudioFrame, input, processor, type StreamInput } from "@sluice/sluice";\n\n' +
      '@processor({ name: "ear" })\nexport class Listener {\n  @input() audio!: StreamInput<AudioFrame>;\n' +
      "  process(): void {}\n}\n",
  );
  await refused(
    folder.path,
    ["ear"],
    'Cannot make processor "ear": the name is taken by "Listener" of mine (src/it.ts:4); "sluice.gen.ts" has it not yet: ' +
      'run "deno task codegen", or choose another, such as "my-ear"',
  );
});

Deno.test("sluice new processor refuses folders whose classes nothing would read, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/sluice.json`,
    '{ "name": "mine", "include": ["src/**/*.ts"], "exclude": ["src/old/**"] }',
  );
  const cannot = (found: string) => `Cannot make processor "ear": ${found}; choose another folder with --folder`;
  await refused(
    folder.path,
    ["ear", "--folder", "src/old"],
    cannot('"exclude" of "sluice.json" leaves "src/old/ear.ts" out'),
  );
  await refused(
    folder.path,
    ["ear", "--folder", "vendor"],
    cannot('the generator, which never enters it, leaves "vendor/ear.ts" out'),
  );
  await refused(
    folder.path,
    ["ear", "--folder", "../other"],
    `Cannot make processor "ear" in "../other": it is not inside "${await Deno.realPath(folder.path)}", the folder ` +
      "of the sluice.json; name a folder inside it, or another sluice.json with --config",
  );
});

Deno.test("sluice new processor says what a deno.json of a folder above lacks", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/deno.json`, "{}");
  await Deno.mkdir(`${folder.path}/inner`);
  await refused(
    `${folder.path}/inner`,
    ["ear"],
    'Cannot make a processor: "../deno.json" does not lead from "@sluice/sluice" to the runtime; add ' +
      `"jsr:@sluice/sluice@0.1.0" as "imports"."@sluice/sluice" and "${
        relative(await Deno.realPath(folder.path), CHECKOUT)
      }" as "links" to it`,
  );
});

async function sourceOf(type: string): Promise<string> {
  const { stdout } = await sluice(["nodes", "info", type, "--json"]);
  return JSON.parse(stdout).source;
}
