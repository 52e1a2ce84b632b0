/**
 * npm packages in a user's processors: the user's own configuration, import map and lock file count for every command,
 * and whatever is added, the project type-checks.
 */
import assert from "node:assert/strict";
import { ROOT, sluice, temporaryFolder } from "./command_line.ts";

/** What people add; all but the first are in the lock file of the checkout, so that nothing new is downloaded. */
const ADDED = ["npm:ms@2.1.3", "npm:zod@4.6.7", "npm:rxjs@7.8.2", "npm:typescript@6.0.3", "npm:@types/node@26.6.6"];

/** Names the time that it has read, with a package of the project's own and one that is named in place. */
const CLOCK = `import { type AudioFrame, config, input, processor, type StreamInput } from "@sluice/sluice";
import words from "ms";
import { z } from "zod";
import { Subject } from "rxjs";
import { uniq } from "./uniq.ts";

const Milliseconds = z.number().min(0);

/** Says how much it has read. */
@processor()
export class Clock {
  @input()
  audio!: StreamInput<AudioFrame>;
  /** What is said first. */
  @config()
  prefix = "read";
  readonly #told = new Subject<string>();
  #ms = 0;

  setup(): void {
    this.#told.subscribe((text) => console.log(text));
  }

  process(): void {
    for (const { durationNs } of this.audio.drain()) this.#ms += durationNs / 1e6;
  }

  flush(): void {
    this.#told.next(uniq([this.prefix, this.prefix, words(Milliseconds.parse(this.#ms))]).join(" "));
  }
}
`;

/** Resolved beside the class, as any module of a project is; a package that is named in place is locked, too. */
const UNIQ = `import equal from "npm:fast-deep-equal@3.1.3";

export function uniq(values: readonly string[]): string[] {
  return values.filter((each, k) => values.findIndex((other) => equal(each, other)) === k);
}
`;

const TEST = `import assert from "node:assert/strict";
import { ProcessorHarness } from "@sluice/sluice/testing";
import { nodes } from "./sluice.gen.ts";

Deno.test("clock reads", async () => {
  await using harness = await ProcessorHarness.create(nodes.clock());
  harness.pushAudio("audio", { sampleRateHz: 48_000, channels: [new Float32Array(480)] });
  harness.end();
  await harness.run();
});
`;

const GRAPH = JSON.stringify({
  version: 1,
  mode: "offline",
  nodes: {
    tone: { type: "tone-source", config: { durationSeconds: 2 } },
    here: { type: "clock", lane: "main", config: { prefix: "main" } },
    there: { type: "clock", lane: "dsp", config: { prefix: "worker" } },
  },
  links: [{ from: "tone.audio", to: "here.audio" }, { from: "tone.audio", to: "there.audio" }],
});

/** Runs Deno in a folder; it has to succeed. Gives what it printed. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", SLUICE_LOG: "error" },
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `deno ${args.join(" ")}: ${said}`);
  return said;
}

/** A project that `sluice new` has made, with packages that were added to it since. */
async function project(): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder();
  const { code, stderr } = await sluice(["new", "processor", "hum-filter"], { cwd: folder.path });
  assert.equal(code, 0, stderr);
  await Deno.remove(`${folder.path}/processors`, { recursive: true });
  await Deno.writeTextFile(`${folder.path}/sluice.json`, '{ "name": "mine", "include": ["*.ts"] }');
  const files = { "clock.ts": CLOCK, "uniq.ts": UNIQ, "clock_test.ts": TEST, "graph.json": GRAPH };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder.path}/${name}`, text);
  await deno(folder.path, "add", ...ADDED);
  return folder;
}

Deno.test("a project with npm packages of its own is generated, checked, tested and run", async () => {
  await using folder = await project();
  await deno(folder.path, "task", "codegen");
  // It takes seconds: the types of Sluice itself are the most of it.
  if (Deno.env.get("SLUICE_DEEP") === "1") await deno(folder.path, "check", ".");
  assert.match(await deno(folder.path, "test", "-A", "--no-check"), /1 passed \| 0 failed/);
  assert.match(await deno(folder.path, "task", "sluice", "check", "graph.json"), /nothing is wrong/);
  const said = await deno(folder.path, "task", "sluice", "run", "graph.json");
  assert.match(said, /^main 2s$/m);
  assert.match(said, /^worker 2s$/m);
  // The lock file of the project, and none of the checkout's tools in it.
  const { specifiers } = JSON.parse(await Deno.readTextFile(`${folder.path}/deno.lock`));
  for (const added of [...ADDED, "npm:fast-deep-equal@3.1.3"]) {
    assert.ok(Object.keys(specifiers).some((each) => each.replace("@^", "@") === added), added);
  }
  assert.equal(specifiers["npm:vite@8.3.8"], undefined);
  // What is locked stays locked.
  await deno(folder.path, "run", "-A", "--frozen", "@sluice/sluice/cli", "run", "graph.json", "--quiet");
});

Deno.test("sluice run --watch brings in code that uses more of npm than the code before", async () => {
  await using folder = await project();
  await deno(folder.path, "task", "codegen");
  const { nodes: { there }, links: [, link] } = JSON.parse(GRAPH);
  const nodes = { tone: { type: "tone-source" }, there };
  await Deno.writeTextFile(
    `${folder.path}/graph.json`,
    JSON.stringify({ version: 1, mode: "live", nodes, links: [link] }),
  );
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "@sluice/sluice/cli", "run", "graph.json", "--watch", "--json"],
    cwd: folder.path,
    env: { NO_COLOR: "1", SLUICE_LOG: "error" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(run.stderr).text();
  let isSaved = false;
  let rest = "";
  for await (const text of run.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const { event, message } of lines.map((line) => JSON.parse(line))) {
      if (event === "watching") {
        const changed = CLOCK.replace("import words", 'import deeply from "npm:fast-deep-equal@3.1.3";\n$&')
          .replace("this.#told.subscribe", "console.log(`new code: ${deeply([1], [1])}`);\n    $&");
        await Deno.writeTextFile(`${folder.path}/clock.ts`, changed);
        isSaved = true;
      } else if (event === "reloaded" && isSaved) run.kill("SIGINT");
      else assert.ok(event !== "reload-failed" && event !== "error", message);
    }
  }
  assert.equal((await run.status).code, 130);
  assert.match(await stderr, /^new code: true$/m);
});

Deno.test("the command line with the checkout's configuration refuses a project that has its own, and says what to do", async () => {
  await using folder = await project();
  assert.equal((await sluice(["codegen"], { cwd: folder.path })).code, 0, "reads no import map");
  const expected = `error: Cannot use package "mine" with the configuration of "${ROOT}deno.json": it has its own, ` +
    '"deno.json", by which its imports are found; start the command line in its folder with ' +
    '"deno run -A @sluice/sluice/cli …"\n';
  for (const args of [["run", "graph.json"], ["run", "graph.json", "--watch"], ["check", "graph.json"]]) {
    const result = await sluice(args, { cwd: folder.path });
    assert.deepEqual(result, { code: 2, stdout: "", stderr: expected });
  }
  await deno(folder.path, "run", "-A", "--config", "deno.json", `${ROOT}cli/main.ts`, "check", "graph.json");
});
