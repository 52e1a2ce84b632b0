/** What `sluice new project` leaves: every task works as it stands, and the page shows the graph. */
import assert from "node:assert/strict";
import { ROOT, sluice, temporaryFolder } from "./command_line.ts";

const FILES = ["deno.json", "sluice.json", "fader.ts", "fader_test.ts", "graph.json", "main.ts"];

/** Runs Deno in a folder; it has to succeed. Gives what it printed. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `deno ${args.join(" ")}: ${said}`);
  return said;
}

/**
 * Whether the tasks check types as they stand: each does so for itself, which takes most of the time of this test.
 * `tests/docs/projects_test.ts` has the types of a new project checked beside others.
 */
const CHECKS_TYPES = Deno.env.get("SLUICE_DEEP") === "1";

/** The task "start" checks the types of the script before it runs it. */
async function refusesWrongScript(root: string): Promise<void> {
  const script = await Deno.readTextFile(`${root}/main.ts`);
  await Deno.writeTextFile(`${root}/main.ts`, script.replace("outputs.audioOut", "outputs.audioOt"));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "start"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.writeTextFile(`${root}/main.ts`, script);
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 1, said);
  assert.match(said, /^TS\d+ \[ERROR\]: Property 'audioOt' does not exist/m);
}

/** Leaves out of the tasks what checks types: the script in "start", the processor and its test in "test". */
async function leaveChecksOut(root: string): Promise<void> {
  const text = await Deno.readTextFile(`${root}/deno.json`);
  const { start, test } = JSON.parse(text).tasks;
  assert.match(start, / && deno check main\.ts && deno run -A main\.ts$/);
  assert.match(test, / && deno test -A$/);
  await Deno.writeTextFile(
    `${root}/deno.json`,
    text.replace(" && deno check main.ts", "").replace("deno test -A", "deno test -A --no-check"),
  );
}

Deno.test("sluice new project makes a project that is formatted and clean, whose tasks work, whose task start checks the types first, and whose graph is live on its page", async () => {
  await using folder = await temporaryFolder();
  const made = await sluice(["new", "project", "my graphs"], { cwd: folder.path });
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual([...made.stdout.matchAll(/^new: my graphs\/(.*)$/gm)].map((match) => match[1]), FILES);
  assert.match(made.stdout, /^Try it: cd "my graphs" && deno task dev$/m);
  const root = `${folder.path}/my graphs`;
  await deno(root, "fmt", "--check");
  await deno(root, "lint");
  if (CHECKS_TYPES) await refusesWrongScript(root);
  else await leaveChecksOut(root);
  await deno(root, "task", "start");
  assert.equal((await Deno.stat(`${root}/quiet.wav`)).size > 2 * 48_000, true);
  const dev = new Deno.Command(Deno.execPath(), {
    args: ["task", "dev"],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(dev.stdout).text();
  let said = "";
  let isToldToEnd = false;
  for await (const text of dev.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    const url = /Live page: (http\S+)\n/.exec(said)?.[1];
    if (url === undefined || isToldToEnd) continue;
    isToldToEnd = true;
    let graph = "";
    while (!graph.includes('"state":"running"')) {
      graph = await (await fetch(`${url}/api/graph`)).text();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    dev.kill("SIGINT");
    assert.ok(graph.includes('"fader"'), graph);
  }
  assert.equal((await dev.status).code, 130, said);
  const printed = await stdout;
  assert.match(printed, /1 passed \| 0 failed/);
  assert.match(printed, /^Stopped after /m);
});

Deno.test("sluice new project refuses a folder in which one of its files lies, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/main.ts`, "// mine\n");
  assert.deepEqual(await sluice(["new", "project"], { cwd: folder.path }), {
    code: 2,
    stdout: "",
    stderr:
      'error: Cannot make a project in ".": "main.ts" is there already; name another folder, or add a processor ' +
      'to a project with "sluice new processor NAME"\n',
  });
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["main.ts"]);
});

Deno.test("README.md shows the files and tasks of a new project", async () => {
  await using folder = await temporaryFolder();
  assert.equal((await sluice(["new", "project", "x"], { cwd: folder.path })).code, 0);
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${folder.path}/x/deno.json`));
  for (const each of [...FILES, ...Object.keys(tasks)]) assert.ok(readme.includes(`\`${each}\``), each);
  const count = (name: string) => Deno.readTextFileSync(`${folder.path}/x/${name}`).trim().split(/\n+/).length;
  assert.ok(["fader.ts", "fader_test.ts", "graph.json"].map(count).reduce((a, b) => a + b) <= 45, "lines to edit");
});
