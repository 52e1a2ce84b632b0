/** A graph in one line, from the command line. */
import assert from "node:assert/strict";
import { assertNoStack, ROOT, sluice, temporaryFolder } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const SPEECH = `${ROOT}examples/speech.wav`;

Deno.test("sluice run -e runs a graph in one line, and --set changes it", async () => {
  await using folder = await temporaryFolder();
  const line = `wav-source path="${SPEECH}" ! gain id=quiet ! wav-sink path="a b.wav"`;
  const set = ["--set", "quiet.gainDb=-6"];
  const { code, stdout, stderr } = await sluice(["run", "-e", line, ...set], { cwd: folder.path });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^quiet +gain /m);
  assert.match(stdout, /\nWrote a b\.wav \(/);
});

Deno.test("sluice graph -e writes the graph file of a line, which runs", async () => {
  await using folder = await temporaryFolder();
  const line = "tone-source durationSeconds=0.1 ! level-meter";
  const drawn = await sluice(["graph", "-e", line, "--format", "json", "-o", "graph.json"], { cwd: folder.path });
  assert.equal(drawn.code, 0, drawn.stderr);
  const { code, stdout, stderr } = await sluice(["run", "graph.json"], { cwd: folder.path });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^tone-source\.audio → level-meter\.audioIn /m);
});

rare(Deno.test)("what is wrong with a line, or with how it is given, is told with exit code 2", async () => {
  const cases: [string[], RegExp][] = [
    [["run", "-e", "tone-source ! gian"], /^error: -e:1:15: Cannot find node type "gian" \(did you mean "gain"\?\)/],
    [["check", "-e", "tone-source gain"], /^error: -e:1:13: Cannot read graph: found "gain" behind "tone-source"/],
    [["check"], /^error: Expected a `GRAPH\.json`, or `-e` with a graph in one line; see `sluice check --help`\n$/],
    [["run", "examples/demo.json", "-e", "gain"], /cannot be used together/],
  ];
  for (const [args, message] of cases) {
    const result = await sluice(args, { cwd: ROOT });
    assert.equal(result.code, 2, args.join(" "));
    assert.match(result.stderr, message);
    assertNoStack(result);
  }
});
