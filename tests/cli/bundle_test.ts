/**
 * The bundled command does what the sources do, and shares the runtime's classes with processors of users. The set-up
 * of the gates has made the bundle; where it is older than the sources, it is made here.
 */
import assert from "node:assert/strict";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { rare } from "../fixtures/rare.ts";
import { readEvents, readPrinted, type Result, ROOT, temporaryFolder, toneGraph } from "./command_line.ts";

/** Whether all commands and places are compared: from the sources each takes half a second of processor time. */
const IS_DEEP = Deno.env.get("SLUICE_DEEP") === "1";

/** The command line from the sources, and from the bundle. */
const MAINS = { sources: `${ROOT}cli/main.ts`, bundle: `${ROOT}dist/main.js` };

/**
 * Throws an error of the runtime's class that it imports as users do, and says with which classes its own are the same.
 */
const CRITIC =
  `import { type AudioFrame, config, input, nodePackage, processor, SluiceError, type StreamInput } from "@sluice/sluice";
import { nodePackage as again } from "@sluice/sluice/nodes";

/** Refuses what it reads. */
@processor()
export class Critic {
  @input()
  audio!: StreamInput<AudioFrame>;
  /** Where it throws. */
  @config()
  where: "setup" | "process" | "later" = "setup";

  setup(): void {
    if (nodePackage !== again) throw new Error("two copies of the standard nodes");
    if (this.where === "setup") throw new SluiceError("InvalidMedia", "Cannot bear it");
    // Nobody awaits it.
    if (this.where === "later") void Promise.resolve().then(() => { throw new TypeError("later"); });
  }

  process(): void {
    if (this.audio.read() !== undefined && this.where === "process") throw new SluiceError("InvalidMedia", "Cannot bear it");
  }
}
`;

function criticGraph(lane: string, where: string): string {
  return JSON.stringify({
    version: 1,
    mode: "live",
    nodes: { tone: { type: "tone-source" }, critic: { type: "critic", lane, config: { where } } },
    links: [{ from: "tone.audio", to: "critic.audio" }],
  });
}

async function run(
  main: string,
  args: readonly string[],
  cwd: string,
  permissions: readonly string[] = ["-A"],
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "--no-check", main, ...args],
    cwd,
    env: { NO_COLOR: "1", SLUICE_LOG: "error" },
    stdin: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: readPrinted(stderr) };
}

/** Both do it one after the other, in the same folder. */
async function both(args: readonly string[], cwd: string): Promise<{ sources: Result; bundle: Result }> {
  return { sources: await run(MAINS.sources, args, cwd), bundle: await run(MAINS.bundle, args, cwd) };
}

async function makeBundle(): Promise<void> {
  if (isBundleCurrent()) return;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/bundle.ts"],
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** The errors that a run tells, without the times of its events. */
function told({ code, stdout, stderr }: Result): unknown {
  const events = stdout === "" ? [] : readEvents(stdout).filter(({ event }) => event === "error");
  return { code, stderr, errors: events.map(({ code, message, thrownAt }) => ({ code, message, thrownAt })) };
}

rare(Deno.test)("the bundled command does what the sources do", async (test) => {
  await makeBundle();
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/tone.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  await Deno.writeTextFile(`${folder.path}/critic.ts`, CRITIC);
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["*.ts"] }');

  await test.step("codegen", async () => {
    assert.deepEqual((await run(MAINS.bundle, ["codegen"], folder.path)).code, 0);
    const { sources } = await both(["codegen", "--check"], folder.path);
    assert.equal(sources.code, 0, sources.stderr);
  });
  const commands = [
    ["nodes", "info", "gain"],
    ["check", "tone.json", "--set", "gain.gainDb=99"],
    ...(IS_DEEP ? [["--help"], ["runn"], ["nodes", "list"], ["graph", "tone.json"]] : []),
  ];
  for (const args of commands) {
    await test.step(args.join(" "), async () => {
      const { sources, bundle } = await both(args, folder.path);
      assert.deepEqual(bundle, sources);
    });
  }
  await test.step("run", async () => {
    const files: Uint8Array[] = [];
    for (const main of Object.values(MAINS)) {
      const { code, stderr } = await run(main, ["run", "tone.json", "-q"], folder.path);
      assert.equal(code, 0, stderr);
      files.push(await Deno.readFile(`${folder.path}/out.wav`));
    }
    assert.deepEqual(files[1], files[0]);
  });
  for (const lane of ["main", "dsp"]) {
    // Of a node on main only where the error passes through most of the program.
    for (const where of IS_DEEP || lane === "dsp" ? ["setup", "process", "later"] : ["process"]) {
      await test.step(`an error of a user's node on lane ${lane}, ${where}`, async () => {
        await Deno.writeTextFile(`${folder.path}/critic.json`, criticGraph(lane, where));
        const { sources, bundle } = await both(["run", "critic.json", "--json"], folder.path);
        assert.notEqual(sources.code, 0);
        assert.deepEqual(told(bundle), told(sources));
        if (where !== "later") assert.match(bundle.stdout, /"event":"error","code":"InvalidMedia"/);
      });
    }
  }
});

Deno.test("the installed command runs the bundle, and the sources once one of them has changed", async () => {
  await using folder = await temporaryFolder();
  const root = `${folder.path}/`;
  for (const name of ["cli", "dist"]) await Deno.mkdir(root + name);
  await Deno.mkdir(`${root}core/registry`, { recursive: true });
  for (const path of ["cli/start.ts", "core/registry/bundle_state.ts"]) await Deno.copyFile(ROOT + path, root + path);
  const says = (text: string) => `export function runProgram(args) { console.log("${text}", ...args); }`;
  await Deno.writeTextFile(`${root}cli/main.ts`, says("sources").replace("args)", "args: string[])"));
  await Deno.writeTextFile(`${root}dist/main.js`, says("bundle"));
  const start = async () => (await run(`${root}cli/start.ts`, ["a", "b"], folder.path)).stdout;
  assert.equal(await start(), "sources a b\n");
  const { mtime, size } = await Deno.stat(`${root}cli/main.ts`);
  await Deno.writeTextFile(`${root}dist/sources.json`, JSON.stringify({ "cli/main.ts": [mtime!.getTime(), size] }));
  assert.equal(await start(), "bundle a b\n");
  await Deno.utime(`${root}cli/main.ts`, mtime!, new Date(mtime!.getTime() + 1));
  assert.equal(await start(), "sources a b\n");
});

/** Starts a graph with the critic on a worker lane, and says what comes of it and which code the lane runs. */
const LANE_SCRIPT = `import { nodes, Runtime } from "@sluice/sluice";
import { nodes as own } from "./sluice.gen.ts";

for (const spec of [own.critic({ where: "setup" }), nodes.wavSource({ path: "missing.wav" })]) {
  const runtime = new Runtime({ mode: "offline", signals: false });
  const node = runtime.add(spec, { lane: "dsp" });
  if ("audio" in node.inputs) runtime.connect(runtime.add(nodes.toneSource(), { lane: "dsp" }).outputs.audio, node.inputs.audio);
  try {
    await runtime.start();
    await runtime.finished;
  } catch (error) {
    const { code, stack } = error.cause ?? error;
    const own = /(?:critic|wav_source)\\.ts/.exec(stack)?.[0];
    console.log(code, own, /dist\\/\\w+-[\\w-]{8}\\.js|dist\\/lane/.test(stack) ? "bundle" : "sources");
  }
}
`;

Deno.test("a script's worker lanes start from the bundle where it may be read, and share its classes", async () => {
  await makeBundle();
  await using folder = await temporaryFolder();
  const imports = {
    "@sluice/sluice": `${ROOT}mod.ts`,
    "@sluice/sluice/generated": `${ROOT}generated.ts`,
    "@sluice/sluice/nodes": `${ROOT}sluice.gen.ts`,
  };
  await Deno.writeTextFile(`${folder.path}/deno.json`, JSON.stringify({ imports }));
  await Deno.writeTextFile(`${folder.path}/critic.ts`, CRITIC);
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["critic.ts"] }');
  await Deno.writeTextFile(`${folder.path}/script.ts`, LANE_SCRIPT);
  assert.deepEqual((await run(MAINS.bundle, ["codegen"], folder.path)).code, 0);
  const told = async (...permissions: string[]) => {
    // Quietly: with an empty cache the project's first start tells what it downloads.
    const { stdout, stderr } = await run(`${folder.path}/script.ts`, [], folder.path, ["--quiet", ...permissions]);
    return stdout + stderr;
  };
  assert.equal(await told("-A"), "InvalidMedia critic.ts bundle\nInvalidConfig wav_source.ts bundle\n");
  // Nobody is asked.
  const others = ["-A", `--deny-read=${ROOT}dist`];
  assert.equal(await told(...others), "InvalidMedia critic.ts sources\nInvalidConfig wav_source.ts sources\n");
});
