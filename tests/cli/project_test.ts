/** What the command line says in a project whose generated code is missing or older than its classes. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { readEvents, type Result, ROOT, type Settings, sluice, temporaryFolder, toneGraph } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

/** A class of one input, in a file of its own. */
function classText(name: string): string {
  return `import { type AudioFrame, input, processor, type StreamInput } from "@sluice/sluice";

/** Reads. */
@processor()
export class ${name} {
  @input() audio!: StreamInput<AudioFrame>;
  process(): void {
    while (this.audio.read() !== undefined);
  }
}
`;
}

/** A folder with a `sluice.json`, one class, and a graph that uses it; nothing is generated yet. */
async function project(): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["*.ts"] }');
  await Deno.writeTextFile(`${folder.path}/quiet.ts`, classText("Quiet"));
  await writeGraph(folder.path, "quiet");
  return folder;
}

async function writeGraph(folder: string, type: string): Promise<void> {
  const nodes = { tone: { type: "tone-source", config: { durationSeconds: 0.1 } }, a: { type } };
  const graph = { version: 1, mode: "offline", nodes, links: [{ from: "tone.audio", to: "a.audio" }] };
  await Deno.writeTextFile(`${folder}/graph.json`, JSON.stringify(graph));
}

async function generated(): Promise<AsyncDisposable & { path: string }> {
  const folder = await project();
  const result = await sluice(["codegen"], { cwd: folder.path });
  assert.equal(result.code, 0, result.stderr);
  return folder;
}

async function doctor(cwd: string): Promise<{ result: Result; here: Record<string, unknown> | undefined }> {
  const result = await sluice(["doctor", "--json"], { cwd });
  return { result, here: readEvents(result.stdout).find(({ name }) => name === "this folder") };
}

const MEND = 'run "deno task codegen" (or "sluice codegen")';

Deno.test("sluice says that classes have no generated code, and how it is made", async () => {
  await using folder = await project();
  const expected = 'error: Cannot find the generated code of package "mine": 1 file with processor classes, but no ' +
    `"sluice.gen.ts"; ${MEND} to make it\n`;
  for (const args of [["check", "graph.json"], ["run", "graph.json"], ["nodes", "list"], ["nodes", "info", "gain"]]) {
    assert.deepEqual(await sluice(args, { cwd: folder.path }), { code: 2, stdout: "", stderr: expected });
  }
  await using elsewhere = await temporaryFolder();
  const { code, stderr } = await sluice(["check", `${folder.path}/graph.json`], { cwd: elsewhere.path });
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot find the generated code of package "mine"/);
});

Deno.test("sluice runs graphs in a project that has no classes yet", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["*.ts"] }');
  await Deno.writeTextFile(`${folder.path}/helper.ts`, "export const answer = 42;\n");
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  const { code, stderr } = await sluice(["run", "graph.json"], { cwd: folder.path });
  assert.equal(code, 0, stderr);
});

rare(Deno.test)(
  "sluice names a class file that generated code does not know, where a node type is not found",
  async () => {
    await using folder = await generated();
    assert.equal((await sluice(["check", "graph.json"], { cwd: folder.path })).code, 0);
    await Deno.writeTextFile(`${folder.path}/added.ts`, classText("Added"));
    await writeGraph(folder.path, "added");
    const hint = `generated code of package "mine" is stale: "added.ts" is new since it was made; ${MEND}\n`;
    for (const args of [["check", "graph.json"], ["run", "graph.json"], ["nodes", "info", "added"]]) {
      const { code, stderr } = await sluice(args, { cwd: folder.path });
      assert.equal(code, 2);
      assert.match(stderr, /^error: .*Cannot find node type "added"; "sluice nodes list" lists all \d+;/);
      assert.ok(stderr.endsWith(`; ${hint}`), stderr);
    }
    const settings: Settings = { cwd: folder.path, env: { SLUICE_LOG: "warn" } };
    assert.ok((await sluice(["nodes", "list"], settings)).stderr.endsWith(hint.slice(1)));
  },
);

Deno.test("sluice runs graphs with node types of plugins, lists them, and says what is left out", async () => {
  await using folder = await generated();
  const at = (path: string) => `${folder.path}/${path}`;
  const list = (plugins: unknown) => Deno.writeTextFile(at("sluice.json"), JSON.stringify({ name: "all", plugins }));
  await Deno.mkdir(at("plugins/quiet"), { recursive: true });
  for (const file of ["sluice.json", "sluice.gen.ts", "quiet.ts"]) {
    await Deno.rename(at(file), at(`plugins/quiet/${file}`));
  }
  await list(["./plugins"]);
  const run = await sluice(["run", "graph.json"], { cwd: folder.path });
  assert.equal(run.code, 0, run.stderr);
  const shown = await sluice(["nodes", "list"], { cwd: folder.path });
  assert.match(shown.stdout, /^other +quiet +mine +Reads\.$/m);
  assert.match(shown.stdout, /^sensor +fft +native +[A-Z]/m);
  assert.doesNotMatch(shown.stdout, / native-/, "stages for tests");
  assert.match(shown.stdout, /^audio +gain +Makes audio louder or quieter\.$/m);
  const info = readEvents((await sluice(["nodes", "info", "quiet", "--json"], { cwd: folder.path })).stdout);
  assert.deepEqual([info[0].package, info[0].language], ["mine", "TypeScript"]);

  await list([{ path: "./plugins", enabled: false }]);
  const without = await sluice(["nodes", "list"], { cwd: folder.path });
  const leftOut = 'plugin "./plugins" is left out: it is not enabled';
  assert.ok(without.stdout.endsWith(`\n\n${leftOut}\n`), without.stdout);
  assert.doesNotMatch(without.stdout, /^ {2}quiet /m);
  const check = await sluice(["check", "graph.json"], { cwd: folder.path });
  assert.equal(check.code, 2);
  assert.match(check.stderr, /Cannot find node type "quiet"/);
  assert.ok(check.stderr.includes(`; ${leftOut}`), check.stderr);

  await list([{ path: "./plugins", requires: ["@far/away"] }]);
  const lacking = await sluice(["check", "graph.json"], { cwd: folder.path });
  assert.equal(lacking.code, 2);
  assert.match(
    lacking.stderr,
    /^error: sluice\.json:1:\d+: Cannot use "\.\/plugins": it requires package "@far\/away", which is not listed; /,
  );
});

Deno.test("sluice refuses a sluice.json that is wrong with its place", async () => {
  await using folder = await generated();
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": 3, "include": ["*.ts"] }');
  const { code, stderr } = await sluice(["check", "graph.json"], { cwd: folder.path });
  assert.equal(code, 2);
  assert.match(stderr, /^error: sluice\.json:1:11: Cannot use "name" .*\n$/);
  assert.equal((await doctor(folder.path)).here?.ok, false);
});

rare(Deno.test)("sluice doctor looks at the generated code of the current folder", async () => {
  assert.equal((await doctor(ROOT)).here, undefined);
  await using folder = await project();
  const missing = await doctor(folder.path);
  assert.equal(missing.result.code, 1);
  assert.equal(missing.here?.found, 'package "mine": no generated code of 1 class file');
  assert.equal(missing.here?.mend, MEND);
  assert.equal((await sluice(["codegen"], { cwd: folder.path })).code, 0);
  const fresh = await doctor(folder.path);
  assert.deepEqual([fresh.result.code, fresh.here?.ok], [0, true]);
  assert.equal(fresh.here?.found, 'package "mine": fresh, 1 node type');
  await Deno.writeTextFile(`${folder.path}/added.ts`, classText("Added"));
  await Deno.writeTextFile(`${folder.path}/quiet.ts`, classText("Quieter"));
  const stale = await doctor(folder.path);
  assert.deepEqual([stale.result.code, stale.here?.ok, stale.here?.required], [0, false, false]);
  assert.match(String(stale.here?.found), /generated code is older than .*quiet\.ts, added\.ts$/);
  await Deno.remove(`${folder.path}/quiet.ts`);
  const without = await doctor(folder.path);
  assert.match(
    String(without.here?.found),
    /generated code is older than added\.ts, and made from quiet\.ts, which is missing$/,
  );
  const { stderr } = await sluice(["check", "graph.json"], { cwd: folder.path, env: { SLUICE_LOG: "warn" } });
  assert.ok(
    stderr.includes(`is stale: "quiet.ts" is missing, which it was made from; put it back, or ${MEND} to go on`),
  );
});

Deno.test("sluice doctor says in a line that there is no native library, and what to do where cargo is missing", async () => {
  const { stdout } = await sluice(["doctor", "--json"], {
    env: { PATH: "/nonexistent", SLUICE_NATIVE_LIB: "/nowhere/lib.so" },
  });
  const found = readEvents(stdout).find(({ name }) => name === "native library");
  assert.equal(found?.found, 'Cannot open the native library "/nowhere/lib.so": there is no such file');
  assert.match(
    String(found?.mend),
    /^portable mode is used without it, which has no native lanes and promises no real time; to have it, install Rust/,
  );
});

rare(Deno.test)("sluice says how to mend a node type's name that two packages have", async () => {
  await using folder = await generated();
  const text = (await Deno.readTextFile(`${folder.path}/quiet.ts`)).replace(
    "@processor()",
    '@processor({ name: "gain" })',
  );
  await Deno.writeTextFile(`${folder.path}/quiet.ts`, text);
  assert.equal((await sluice(["codegen"], { cwd: folder.path })).code, 0);
  const { code, stderr } = await sluice(["nodes", "list"], { cwd: folder.path });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot register node type "gain" of mine \(.*quiet\.ts.*\): the name is taken by .*\n$/,
  );
  assert.ok(stderr.endsWith("; choose another with @processor({ name })\n"), stderr);
});

rare(Deno.test)("sluice names both places when a class has the name of one of Sluice's node types", async () => {
  await using folder = await project();
  await Deno.writeTextFile(`${folder.path}/gain.ts`, classText("Gain"));
  const made = await sluice(["codegen"], { cwd: folder.path });
  assert.equal(made.code, 0);
  assert.match(made.stderr, /^gain\.ts:5:14: warning: Node type "gain" has the name of one of @sluice\/sluice/m);
  const { code, stderr } = await sluice(["run", "graph.json"], { cwd: folder.path });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot register node type "gain" of mine \(gain\.ts:5\): the name is taken by @sluice\/sluice \(processors\/audio\/gain\.ts:\d+\); /,
  );
});

rare(Deno.test)("a project that lists Sluice's own package runs graphs with it", async () => {
  await using folder = await project();
  const config = { name: "mine", include: ["*.ts"], packages: ["@sluice/sluice"] };
  await Deno.writeTextFile(`${folder.path}/sluice.json`, JSON.stringify(config));
  assert.deepEqual((await sluice(["codegen"], { cwd: folder.path })).stderr, "");
  const { code, stderr } = await sluice(["run", "graph.json", "--quiet"], { cwd: folder.path });
  assert.deepEqual([code, stderr], [0, ""]);
});

rare(Deno.test)(
  "sluice run names the class file that throws when it is imported, and the place, on whichever lane",
  async () => {
    await using folder = await generated();
    const file = `${folder.path}/quiet.ts`;
    await Deno.writeTextFile(file, `${await Deno.readTextFile(file)}throw new Error("top");\n`);
    const graph = JSON.parse(await Deno.readTextFile(`${folder.path}/graph.json`));
    for (const lane of ["main", "work"]) {
      graph.nodes.a.lane = lane;
      await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
      const { code, stderr } = await sluice(["run", "graph.json"], { cwd: folder.path });
      const url = pathToFileURL(file).href;
      assert.deepEqual(
        [code, stderr],
        [2, `error: Cannot load node type "quiet" from "${url}": top (thrown at ${url}:11:7)\n`],
      );
    }
  },
);

Deno.test("sluice run --json leaves standard output to events when a class prints, on whichever lane", async () => {
  await using folder = await generated();
  const file = `${folder.path}/quiet.ts`;
  const text = (await Deno.readTextFile(file)).replace(
    "process(): void {",
    '$& console.log("from process %d", 1); console.info("an info"); console.table([{ a: 1 }]); console.dir({ b: 1 });',
  );
  await Deno.writeTextFile(file, `${text}console.log("from the module");\n`);
  const graph = JSON.parse(await Deno.readTextFile(`${folder.path}/graph.json`));
  for (const lane of ["main", "work"]) {
    graph.nodes.a.lane = lane;
    await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
    const json = await sluice(["run", "graph.json", "--json"], { cwd: folder.path });
    assert.equal(json.code, 0, json.stderr);
    assert.deepEqual([...new Set(readEvents(json.stdout).map(({ event }) => event))].slice(-1), ["summary"]);
    for (const printed of ["from the module", "from process 1", "an info", "│ 1 │", "{ b: 1 }"]) {
      assert.ok(json.stderr.includes(printed), `${printed}: ${json.stderr}`);
    }
    assert.match(
      (await sluice(["run", "graph.json"], { cwd: folder.path })).stdout,
      /^from the module\nfrom process 1\n/,
    );
  }
});
