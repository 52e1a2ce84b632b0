/** The least permissions of each command, as docs/security.md has them. */
import assert from "node:assert/strict";
import { rare } from "../fixtures/rare.ts";
import { freePort, MAIN, ROOT, spawn, temporaryFolder } from "./command_line.ts";

/** A folder with what the commands work on. */
async function makeFolder() {
  const folder = await temporaryFolder();
  const tone = { type: "tone-source", config: { durationSeconds: 0.1 } };
  const links = [{ from: "tone.audio", to: "level.audioIn" }];
  const level = { type: "level-meter" };
  const write = (name: string, value: object) => Deno.writeTextFile(`${folder.path}/${name}`, JSON.stringify(value));
  await write("graph.json", { version: 1, nodes: { tone, level }, links });
  await write("live.json", { version: 1, mode: "live", nodes: { tone: { type: "tone-source" }, level }, links });
  await Deno.mkdir(`${folder.path}/graphs`);
  const expose = { inputs: { voice: "level.audioIn" }, outputs: { sound: "level.audioOut" } };
  await write("graphs/meter.json", { version: 1, nodes: { level }, ...expose });
  await Deno.copyFile(`${ROOT}examples/speech.wav`, `${folder.path}/in.wav`);
  await Deno.mkdir(`${folder.path}/own`);
  await write("own/sluice.json", { name: "own", include: ["*.ts"], runtime: `${ROOT}generated.ts` });
  const node = await Deno.readTextFile(`${ROOT}tests/cli/fixtures/nodes/patient.ts`);
  await Deno.writeTextFile(`${folder.path}/own/patient.ts`, node.replaceAll("../../../../", ROOT));
  return folder;
}

/** The command line of each command, in such a folder. */
const LINES: { readonly [command: string]: (at: string, calls: string) => string[] } = {
  run: () => ["run", "graph.json"],
  check: () => ["check", "graph.json"],
  graph: () => ["graph", "graph.json"],
  nodes: () => ["nodes", "info", "gain"],
  info: () => ["info", "in.wav"],
  convert: () => ["convert", "in.wav", "out.flac", "--force"],
  play: () => ["play", "in.wav", "--speed", "16", "--seconds", "0.2"],
  codegen: () => ["codegen", "--config", "own/sluice.json"],
  serve: () => ["serve", "live.json"],
  call: (_, calls) => ["call", calls, "meter", "--input", "in.wav", "--output", "called.wav"],
  top: (at) => ["top", "--once", "--at", at],
  tap: (at) => ["tap", "tone.audio", "--seconds", "0.1", "--at", at],
  mcp: () => ["mcp"],
  set: (at) => ["set", "tone.frequencyHz=300", "--at", at],
};

/** The sets in the documentation. */
const TABLE: ReadonlyMap<string, readonly string[]> = new Map(
  [...(await Deno.readTextFile(`${ROOT}docs/security.md`)).matchAll(/^\| `([a-z]+)`[^|]*\|((?: `[a-z]+`)+) *\|$/gm)]
    .map(([, command, flags]) => [command, [...flags.matchAll(/[a-z]+/g)].map(([flag]) => flag)]),
);

/** Runs a command line with these permissions alone. @returns how it went, if it did not succeed */
async function fault(flags: readonly string[], args: readonly string[], cwd: string): Promise<string | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...flags.map((flag) => `--allow-${flag}`), MAIN, ...args],
    cwd,
    env: { NO_COLOR: "1", SLUICE_LOG: "error" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let served = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (args[0] !== "serve" || served || !/^Live page: /m.test(stderr)) continue;
    served = true;
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  return code === 0 || served ? undefined : `exit code ${code}: ${stderr}${await stdout}`;
}

/** Checks the sets of some commands. */
async function checkSets(commands: readonly string[]): Promise<void> {
  await using folder = await makeFolder();
  const [page, http] = [freePort(), freePort()];
  // Those that ask a server take its addresses.
  const isServed = commands.some((command) => LINES[command].length > 0);
  const server = isServed
    ? spawn(["serve", "live.json", "--page", `${page}`, "--pipelines", "graphs", "--http", `${http}`], {
      cwd: folder.path,
    })
    : undefined;
  if (server !== undefined) {
    let text = "";
    const lines = server.stderr.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.includes("Live page: ")) {
      const { value, done } = await lines.read();
      assert.ok(!done, text);
      text += value;
    }
    lines.releaseLock();
  }
  try {
    for (const command of commands) {
      const args = LINES[command](`http://127.0.0.1:${page}`, `http://127.0.0.1:${http}`);
      const flags = TABLE.get(command)!;
      assert.equal(await fault(flags, args, folder.path), undefined, command);
      for (const left of flags) {
        // Only what changes is written.
        await Deno.remove(`${folder.path}/own/sluice.gen.ts`).catch(() => {});
        const less = flags.filter((flag) => flag !== left);
        assert.notEqual(await fault(less, args, folder.path), undefined, `${command} without --allow-${left}`);
      }
    }
  } finally {
    server?.kill("SIGTERM");
    await server?.stdout.cancel();
    await server?.status;
  }
}

Deno.test("docs/security.md has the least permissions of each command that the test knows", () => {
  assert.deepEqual([...TABLE.keys()].sort(), Object.keys(LINES).sort());
});

Deno.test("sluice run needs the permissions that docs/security.md says, and each of them", () => checkSets(["run"]));

rare(Deno.test)(
  "every other command needs the permissions that docs/security.md says, and each of them",
  () => checkSets(Object.keys(LINES).filter((command) => command !== "run")),
);

Deno.test("a client without the permission for the network says so", async () => {
  const told = await fault(["read", "env"], LINES.set("http://127.0.0.1:4840", ""), ROOT);
  assert.match(
    told!,
    /^exit code 2: error: Cannot reach a graph at .*: Deno has no permission to, start it with --allow-net/,
  );
});

Deno.test("a permission that is missing is told with the flag that gives it", async () => {
  await using folder = await makeFolder();
  const told = await fault(["read", "ffi"], ["run", "graph.json"], folder.path);
  assert.match(
    told ?? "",
    /error: Deno has no permission: requires env access .*; start it with --allow-env, or with -A/,
  );
  assert.doesNotMatch(told!, /not expected/);
});
