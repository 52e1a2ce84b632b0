import assert from "node:assert/strict";
import {
  assertNoStack,
  FIXTURES,
  listFolder,
  readEvents,
  ROOT,
  sluice,
  spawn,
  temporaryFolder,
  toneGraph,
  withoutNote,
} from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

/** Drops by reason, as a link has them. */
type Drops = Record<string, number>;
/** A link of a summary. */
type Link = { written: number; read: number; queued: number; dropped: Drops };

Deno.test("sluice run prints links, nodes and the file, and ends with 0", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "offline", seconds: 1 }));
  const result = await sluice(["run", "graph.json"], { cwd: folder.path });
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /^Completed in .*, 0:01\.0 of media, [\d. ]+ × real time, (native|portable) driver\n/);
  assert.match(result.stdout, /^NODE +TYPE +LANE +TICKS +BUSY +FRAMES IN +FRAMES OUT +ERRORS$/m);
  assert.match(result.stdout, /^gain +gain +dsp +\d+ +[\d.]+ (µs|ms|s) +47 +47 +0$/m);
  assert.match(result.stdout, /^LINK +POLICY +WRITTEN +READ +DROPPED +QUEUED +MOST QUEUED$/m);
  assert.match(result.stdout, /^tone\.audio → gain\.audioIn +lossless +47 +47 +0 +0 +\d of 8$/m);
  assert.match(result.stdout, /\nWrote out\.wav \([\d.]+ kB\)\n$/);
  assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
});

Deno.test("sluice run --json prints events only, and counts add up", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "offline", seconds: 1 }));
  const { code, stdout } = await sluice(["run", "graph.json", "--json", "--native", "off"], { cwd: folder.path });
  assert.equal(code, 0);
  const events = readEvents(stdout);
  const summary = events.at(-1)!;
  assert.equal(summary.event, "summary");
  assert.equal(summary.outcome, "completed");
  assert.equal(summary.driver, "portable");
  const { size } = await Deno.stat(`${folder.path}/out.wav`);
  assert.deepEqual(summary.files, [{ nodeId: "out", path: "out.wav", state: "complete", bytes: size }]);
  for (const link of summary.links as Link[]) {
    assert.deepEqual([link.written, link.read, link.queued], [47, 47, 0]);
    assert.deepEqual(new Set(Object.values(link.dropped)), new Set([0]));
  }
});

rare(Deno.test)(
  "sluice run --json leaves standard output to events when a node prints, and without it to the node",
  async () => {
    await using folder = await temporaryFolder();
    const graph = JSON.parse(toneGraph({ mode: "offline", seconds: 0.5 }));
    graph.nodes.level = { type: "level-meter" };
    graph.nodes.print = { type: "console-sink", config: { format: "json" } };
    graph.links = [{ from: "tone.audio", to: "level.audioIn" }, { from: "level.levels", to: "print.data" }];
    delete graph.nodes.gain;
    delete graph.nodes.out;
    await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
    const json = await sluice(["run", "graph.json", "--json"], { cwd: folder.path });
    assert.equal(json.code, 0, json.stderr);
    assert.ok(readEvents(json.stdout).every(({ event }) => event === "progress" || event === "summary"));
    assert.ok(json.stderr.includes('"node":"print"'), json.stderr);
    const plain = await sluice(["run", "graph.json"], { cwd: folder.path });
    assert.ok(readEvents(plain.stdout).every(({ node }) => node === "print"), plain.stdout);
    assert.match(plain.stderr, /^Completed in /m);
  },
);

rare(Deno.test)(
  "sluice run gives standard output to a node that writes there, and prints the rest to standard error",
  async () => {
    const graph = "tone-source durationSeconds=1 sampleRateHz=48000 ! pipe-sink format=s16";
    const { code, stdout, stderr } = await spawn(["run", "-e", graph, "--mode", "offline"]).output();
    assert.equal(code, 0);
    assert.equal(stdout.length, 96_000);
    assert.match(new TextDecoder().decode(stderr), /^Completed in /m);
  },
);

Deno.test("sluice run --set takes the place of a value, and --quiet prints nothing", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
  const args = [
    "run",
    "graph.json",
    "--mode",
    "offline",
    "--set",
    "tone.durationSeconds=0.5",
    "--set",
    "out.path=b.wav",
  ];
  assert.deepEqual(await sluice([...args, "-q"], { cwd: folder.path }), { code: 0, stdout: "", stderr: "" });
  assert.deepEqual(await listFolder(folder.path), ["b.wav", "graph.json"]);
});

Deno.test("sluice run --seconds stops with success and a complete file", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
  const { code, stdout } = await sluice(["run", "graph.json", "--seconds", "1", "--json"], { cwd: folder.path });
  assert.equal(code, 0);
  const summary = readEvents(stdout).at(-1)!;
  assert.equal(summary.outcome, "stopped");
  assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
});

Deno.test("sluice run ends with 1 when a node fails, with its place, the summary and the partial file", async () => {
  await using folder = await temporaryFolder();
  const result = await sluice(["run", `${FIXTURES}/throws.json`], { cwd: folder.path });
  assert.equal(result.code, 1);
  assert.match(
    result.stderr,
    /throws\.json:6:5: .*"bad" \(thrower\).*frame 3 broke it \(thrown at file:.*\/thrower\.ts:23:\d+\)\n$/,
  );
  assert.match(result.stdout, /^Failed after /);
  assert.match(result.stdout, /\nLeft out\.wav\.partial \(.*\), which is not complete\n$/);
  assertNoStack(result);
  assert.deepEqual(await listFolder(folder.path), ["out.wav.partial"]);
  const json = await sluice(["run", `${FIXTURES}/throws.json`, "--json"], { cwd: folder.path });
  assert.equal(json.code, 1);
  const [error, summary] = readEvents(json.stdout).slice(-2);
  assert.equal(error.event, "error");
  assert.equal(error.code, "NodeFailed");
  assert.equal(error.nodeId, "bad");
  assert.match(String(error.thrownAt), /^file:.*\/thrower\.ts:23:\d+$/);
  assert.equal(summary.outcome, "failed");
});

Deno.test("sluice run goes on without a node that is to be disabled, writes the whole file and says so", async () => {
  await using folder = await temporaryFolder();
  const graph = JSON.parse(await Deno.readTextFile(`${FIXTURES}/throws.json`));
  graph.nodes.bad.supervision = "disable";
  await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
  const result = await sluice(["run", "graph.json", "--packages", `${FIXTURES}/sluice.gen.ts`], { cwd: folder.path });
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /^Completed in [^]*\nNode "bad" failed once; it was disabled\n[^]*\nWrote out\.wav /);
});

rare(Deno.test)(
  "sluice run does not say that it wrote a file which lay there before and which it did not touch",
  async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/old.wav`, "not mine\n");
    const graph = {
      version: 1,
      mode: "offline",
      nodes: {
        low: { type: "tone-source", config: { sampleRateHz: 44_100, durationSeconds: 1 } },
        high: { type: "tone-source", config: { sampleRateHz: 48_000, durationSeconds: 1 } },
        // Behind it the check knows no rate.
        pick: { type: "switch" },
        mix: { type: "mixer" },
        out: { type: "wav-sink", config: { path: "old.wav" } },
      },
      links: [
        { from: "low.audio", to: "mix.audioIn_0" },
        { from: "high.audio", to: "pick.frameIn_0" },
        { from: "pick.frameOut", to: "mix.audioIn_1" },
        { from: "mix.audioOut", to: "out.audio" },
      ],
    };
    await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
    const result = await sluice(["run", "graph.json"], { cwd: folder.path });
    assert.equal(result.code, 2, result.stderr);
    assert.doesNotMatch(result.stdout, /^Wrote/m);
    const { stdout } = await sluice(["run", "graph.json", "--json"], { cwd: folder.path });
    const summary = readEvents(stdout).find(({ event }) => event === "summary");
    assert.deepEqual(summary?.files, [{ nodeId: "out", path: "old.wav", state: "untouched", bytes: 9 }]);
    assert.match(result.stdout, /\nNode "out" wrote nothing: old\.wav is as it was\n$/);
    assert.equal(await Deno.readTextFile(`${folder.path}/old.wav`), "not mine\n");
  },
);

rare(Deno.test)("sluice run shows stacks only with SLUICE_LOG=debug", async () => {
  await using folder = await temporaryFolder();
  const args = ["run", `${FIXTURES}/throws.json`];
  const { stderr } = await sluice(args, { cwd: folder.path, env: { SLUICE_LOG: "debug" } });
  assert.match(stderr, /^TypeError: frame 3 broke it\n\s+at Thrower\.process \(file:.*\/thrower\.ts:23:\d+\)$/m);
});

Deno.test("sluice run takes node types from --packages", async () => {
  await using folder = await temporaryFolder();
  await Deno.copyFile(`${FIXTURES}/throws.json`, `${folder.path}/graph.json`);
  const without = await sluice(["check", "graph.json"], { cwd: folder.path });
  assert.equal(without.code, 2);
  assert.match(without.stderr, /Cannot find node type "thrower"/);
  const args = ["check", "graph.json", "--packages", `${FIXTURES}/sluice.gen.ts`];
  const withIt = await sluice(args, { cwd: folder.path });
  assert.equal(withIt.code, 0, withIt.stderr);
  assert.match(withIt.stdout, /^graph\.json: nothing is wrong with the graph \(3 nodes, 2 links\)/);
});

rare(Deno.test)("sluice run logs JSON lines with SLUICE_LOG=debug,json", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  const { stderr, code } = await sluice(["run", "graph.json"], {
    cwd: folder.path,
    env: { SLUICE_LOG: "debug,json" },
  });
  assert.equal(code, 0, stderr);
  for (const line of stderr.split("\n").filter((each) => each !== "")) {
    const { category } = JSON.parse(line) as { category: string };
    assert.ok(category.startsWith("sluice."), line);
  }
});

rare(Deno.test)("sluice survives a reader that goes away", async () => {
  for (const args of [["nodes", "list", "--json"], ["run", `${ROOT}examples/demo.json`, "--set", "file.path=x.wav"]]) {
    await using folder = await temporaryFolder();
    await Deno.mkdir(`${folder.path}/examples`);
    await Deno.copyFile(`${ROOT}examples/speech.wav`, `${folder.path}/examples/speech.wav`);
    const child = spawn(args, { cwd: folder.path });
    await child.stdout.cancel();
    const stderr = await new Response(child.stderr).text();
    const { code } = await child.status;
    assert.equal(code, 0, stderr);
    assert.equal(withoutNote(stderr), "");
  }
});

Deno.test("sluice check accepts the demo", async () => {
  const result = await sluice(["check", "examples/demo.json"]);
  assert.deepEqual(result, {
    code: 0,
    stdout: "examples/demo.json: nothing is wrong with the graph (8 nodes, 7 links); what lies in files, and whether " +
      "formats fit that nobody configures, shows when it runs\n",
    stderr: "",
  });
});

rare(Deno.test)("sluice run fails with the name of a node that is in an endless loop for --stuck-after", async () => {
  const result = await sluice(["run", `${FIXTURES}/loops.json`, "--stuck-after", "1"]);
  assert.equal(result.code, 1, result.stderr);
  assert.match(
    result.stderr,
    /^error: \S+loops\.json:6:5: Node "bad" \(looper\) has kept lane "worker" .*for \d+ ms without returning$/m,
  );
  assert.match(result.stdout, /^Failed after /);
  assertNoStack(result);
});

rare(Deno.test)(
  "sluice run runs a live graph whose inputs have no links, and sluice check warns of them; offline both refuse",
  async () => {
    await using folder = await temporaryFolder();
    const graph = (mode: string) =>
      Deno.writeTextFile(
        `${folder.path}/graph.json`,
        JSON.stringify({
          version: 1,
          mode,
          nodes: { tone: { type: "tone-source", config: { durationSeconds: 0.1 } }, gain: { type: "gain" } },
        }),
      );
    await graph("live");
    const run = await sluice(["run", "graph.json"], { cwd: folder.path, env: { SLUICE_LOG: "info" } });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /Nothing leads to "gain.audioIn": a node without such a link waits for one/);
    const check = await sluice(["check", "graph.json"], { cwd: folder.path });
    assert.equal(check.code, 0);
    assert.match(
      check.stderr,
      /^warning: graph.json:1:\d+: Node "gain" \(gain\) will wait: no link leads to its input "audioIn"/,
    );
    assert.match(check.stdout, /^graph\.json: no errors, \d warnings? \(2 nodes, 0 links\)/);
    await graph("offline");
    for (const command of ["run", "check"]) {
      const { code, stderr } = await sluice([command, "graph.json"], { cwd: folder.path });
      assert.equal(code, 2);
      assert.match(
        stderr,
        /^error: graph.json:1:\d+: Cannot run node "gain" \(gain\): no link leads to its input "audioIn"/,
      );
    }
  },
);

rare(Deno.test)(
  "sluice run runs an empty live graph until it is told to stop, and says what an offline one lacks",
  async () => {
    await using folder = await temporaryFolder();
    const run = async (mode: string) => {
      await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify({ version: 1, mode, nodes: {} }));
      return await sluice(["run", "graph.json", "--json", "--seconds", "0.1"], { cwd: folder.path });
    };
    const { code, stdout, stderr } = await run("live");
    assert.equal(code, 0, stderr);
    const { event, outcome, nodes } = readEvents(stdout).at(-1)!;
    assert.deepEqual({ event, outcome, nodes }, { event: "summary", outcome: "stopped", nodes: [] });
    const shown = await sluice(["run", "graph.json", "--seconds", "0.1"], { cwd: folder.path });
    assert.match(
      shown.stderr,
      /^graph\.json has no nodes: run it with --serve, so that nodes can be added; Ctrl-C ends/,
    );
    const refused = await run("offline");
    assert.equal(refused.code, 2);
    assert.match(refused.stderr + refused.stdout, /wanted at least one node in an offline graph/);
  },
);
