import assert from "node:assert/strict";
import { type CommandArgs, optionsWithValue, parseArgs } from "./args.ts";
import { ArgsAnswered } from "./output/args_answered.ts";
import { rare } from "../tests/fixtures/rare.ts";

/** What a command line means, or what is said about it. */
function parse(...args: string[]): CommandArgs | { exitCode: number; stdout: string; stderr: string } {
  const texts = { stdout: "", stderr: "" };
  try {
    return parseArgs(args, {
      stdout: (text) => void (texts.stdout += text),
      stderr: (text) => void (texts.stderr += text),
      colors: false,
      maxWidth: 100,
    });
  } catch (error) {
    assert.ok(error instanceof ArgsAnswered);
    return { exitCode: error.exitCode, ...texts };
  }
}

Deno.test("parseArgs() reads sluice run with all its options", () => {
  const line = [
    "run",
    "--set",
    "a.b=-3",
    "--set=c.d=x=y",
    "g.json",
    "--seconds",
    "1.5",
    "-q",
    "--json",
    "--mode",
    "live",
  ];
  assert.deepEqual(
    parse(
      ...line,
      "--serve",
      "--origin=https://a.example",
      "--origin=https://b.example",
      "--lanes",
      "auto",
      "--native",
      "off",
      "--convert=auto",
      "--packages",
      "p.ts",
      "--packages",
      "q.ts",
      "--plugins",
      "x",
    ),
    {
      command: "run",
      graph: "g.json",
      convert: "auto",
      set: ["a.b=-3", "c.d=x=y"],
      seconds: 1.5,
      json: true,
      quiet: true,
      mode: "live",
      lanes: "auto",
      native: "off",
      serve: "auto",
      origins: ["https://a.example", "https://b.example"],
      packages: ["p.ts", "q.ts"],
      plugins: ["x"],
      stuckAfter: undefined,
      watch: false,
      dev: false,
    },
  );
});

Deno.test("parseArgs() reads the value of --serve behind it or joined to it", () => {
  for (const line of [["--serve", "localhost:4900", "g.json"], ["g.json", "--serve=localhost:4900"]]) {
    assert.deepEqual(parse("run", ...line), { ...parse("run", "g.json"), serve: "localhost:4900" });
  }
});

Deno.test("parseArgs() reads the other commands", () => {
  assert.deepEqual(parse("check", "g.json"), {
    command: "check",
    graph: "g.json",
    convert: undefined,
    set: [],
    json: false,
    packages: [],
    plugins: [],
  });
  const drawn = {
    command: "graph",
    graph: "g.json",
    convert: undefined,
    format: "dot",
    lanes: false,
    seconds: undefined,
    output: undefined,
    set: [],
    packages: [],
    plugins: [],
  };
  assert.deepEqual(parse("graph", "g.json"), drawn);
  assert.deepEqual(parse("graph", "g.json", "--format=json", "-o", "h.json"), {
    ...drawn,
    format: "json",
    output: "h.json",
  });
  const listed = { command: "list", json: false, packages: [], plugins: [] };
  assert.deepEqual(parse("nodes", "list"), { ...listed, word: undefined });
  assert.deepEqual(parse("nodes", "list", "LUFS"), { ...listed, word: "LUFS" });
  assert.deepEqual(parse("nodes", "info", "gain"), {
    command: "info",
    type: "gain",
    json: false,
    packages: [],
    plugins: [],
  });
  assert.deepEqual(parse("codegen", "--check"), { command: "codegen", check: true, watch: false, config: undefined });
  const top = { command: "top", at: "http://127.0.0.1:4840", token: undefined, once: false, json: false };
  assert.deepEqual(parse("top"), top);
  assert.deepEqual(parse("top", "--at", "x:1", "--token=t", "--once"), { ...top, at: "x:1", token: "t", once: true });
  const there = { at: "http://127.0.0.1:4840", token: undefined, json: false };
  assert.deepEqual(parse("pause"), { command: "pause", ...there });
  assert.deepEqual(parse("restart"), { command: "restart", node: undefined, resume: false, ...there });
  assert.deepEqual(parse("restart", "gain"), { command: "restart", node: "gain", resume: false, ...there });
  assert.deepEqual(parse("start", "--resume"), { command: "start", resume: true, ...there });
  const replaced = { command: "replace", node: "gain", type: "limiter", values: ["ceilingDb=-3"], ...there };
  assert.deepEqual(parse("replace", "gain", "limiter", "ceilingDb=-3"), replaced);
  assert.deepEqual(parse("bypass", "gain", "--off"), { command: "bypass", node: "gain", off: true, ...there });
  assert.deepEqual(parse("plugins", "list"), { command: "list-plugins", json: false, plugins: [] });
  const shown = { command: "plugin-info", plugin: "fft", json: true, plugins: ["p"] };
  assert.deepEqual(parse("plugins", "info", "fft", "--json", "--plugins", "p"), shown);
  assert.deepEqual(parse("plugins", "check", "a", "b"), { command: "check-plugins", folders: ["a", "b"], json: false });
  const made = { command: "new-plugin", name: "fft", c: true, rust: false, python: false, folder: undefined };
  assert.deepEqual(parse("plugins", "new", "--c", "fft"), made);
  assert.deepEqual(parse("plugins", "build"), { command: "build-plugins", folders: [] });
  assert.deepEqual(parse("doctor", "--json"), { command: "doctor", json: true });
});

Deno.test("parseArgs() answers mistakes with exit code 2 and the name that was meant", () => {
  const table: [string[], string][] = [
    [["chek"], "Error: Cannot use `chek`: there is no such command or argument here; did you mean `check`?"],
    [["zzz"], "Error: Cannot use `zzz`: there is no such command or argument here; see `--help`"],
    [["run", "g", "--sett", "1"], "Error: Cannot use `--sett`: there is no such option here; did you mean `--set`?"],
    [["serve", "--port", "1"], "Error: Cannot use `--port`: there is no such option here; did you mean `--page`?"],
    [["run", "--port=1", "g"], "Error: Cannot use `--port=1`: there is no such option here; did you mean `--serve`?"],
    [["run", "g", "--seconds", "1e9"], "Error: `--seconds`: Expected a value less than or equal to 2,147,483"],
    [["list"], "Error: Cannot use `list`: there is no such command or argument here; did you mean `nodes list`?"],
    [["procesor"], "Error: Cannot use `procesor`: there is no such command or argument here; did you mean "],
    [["nods"], "Error: Cannot use `nods`: there is no such command or argument here; did you mean `nodes`?"],
    [["nodes", "lst"], "Error: Cannot use `lst`: there is no such command or argument here; did you mean `nodes list`"],
    [["run", "g", "run"], "Error: Cannot use `run`: there is no such command or argument here; see `--help`"],
    [
      ["--set", "a.b=1"],
      "Error: Cannot use `--set`: there is no such option here; it belongs to `run`, `check`, `graph`",
    ],
    [
      ["check", "g", "--seconds=3"],
      "Error: Cannot use `--seconds=3`: there is no such option here; it belongs to `run`",
    ],
    [["nodes"], "Error: Wanted `nodes list` or `nodes info`."],
    [["plugins"], "Error: Wanted `plugins list`, `plugins info`, `plugins check`, `plugins new` or `plugins build`."],
    [["plugins", "biuld"], "Error: Cannot use `biuld`: there is no such command or argument here; did you mean "],
    [["new"], "Error: Wanted `new project` or `new processor NAME`."],
    [["nodes", "info"], "Error: Expected a `TYPE`, but too few arguments."],
  ];
  for (const [args, expected] of table) {
    const answer = parse(...args) as { exitCode: number; stderr: string };
    assert.equal(answer.exitCode, 2);
    assert.ok(answer.stderr.startsWith(expected), answer.stderr);
  }
});

rare(Deno.test)("parseArgs() never suggests the very thing that was typed", () => {
  const words = [
    "run",
    "check",
    "graph",
    "nodes",
    "list",
    "info",
    "codegen",
    "new",
    "processor",
    "top",
    "doctor",
    "plugins",
    "build",
  ];
  const options = ["--set", "--seconds", "--json", "--watch", "--folder", "--help", "--version", "--token", "--output"];
  for (const first of words) {
    for (const second of [...words, ...options]) {
      const answer = parse(first, second, "--surely-not-there");
      const said = "stderr" in answer ? answer.stderr : "";
      const [, found, meant] = /Cannot use `([^`]*)`.*did you mean\s+`([^`]*)`/s.exec(said) ?? [];
      assert.ok(found === undefined || found !== meant, `${first} ${second}: ${said}`);
    }
  }
});

Deno.test("optionsWithValue() has the options of a command that take a value, by its grammar", () => {
  assert.deepEqual([...optionsWithValue("connect")].toSorted(), [
    "--at",
    "--capacity",
    "--convert",
    "--policy",
    "--token",
  ]);
  assert.ok(optionsWithValue("tap").has("-o"));
  assert.ok(!optionsWithValue("logs").has("--follow"));
});
