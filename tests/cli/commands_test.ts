import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { answer, FIXTURES, readEvents, sluice, temporaryFolder } from "./command_line.ts";

Deno.test("sluice --help names every command, and every command has --help", async () => {
  const { code, stdout } = await answer(["--help"]);
  assert.equal(code, 0);
  const commands = [["run"], ["check"], ["nodes"], ["nodes", "list"], ["nodes", "info"], ["codegen"], ["doctor"]];
  for (const command of commands) {
    assert.match(stdout, new RegExp(`sluice ${command.join(" ")}|^  ${command.join(" ")} `, "m"));
    const help = await answer([...command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`Usage: sluice ${command.join(" ")}`));
    assert.equal(help.stderr, "");
  }
});

Deno.test("sluice without arguments prints its help, and --version its version", async () => {
  const bare = await answer([]);
  assert.equal(bare.code, 0);
  assert.match(bare.stdout, /^Sluice runs graphs/);
  assert.deepEqual(await answer(["--version"]), { code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

Deno.test("sluice nodes list shows node types by family", async () => {
  const { code, stdout } = await answer(["nodes", "list"]);
  assert.equal(code, 0);
  assert.match(stdout, /^codec +opus-encode +native {2}Encodes .*\ndata +console-sink +Prints data\.$/m);
});

Deno.test("sluice nodes info shows ports and configuration", async () => {
  const { code, stdout } = await answer(["nodes", "info", "gain"]);
  assert.equal(code, 0);
  assert.match(stdout, /^gain\n {2}Makes audio louder or quieter\.\n/);
  assert.match(stdout, /^Inputs\n {2}NAME .*\n {2}audioIn +AudioFrame +required/m);
  assert.match(stdout, /^Outputs\n {2}NAME .*\n {2}audioOut +AudioFrame/m);
  assert.match(
    stdout,
    /^ {2}KEY +WANTED +UNIT +DEFAULT +LIVE +DESCRIPTION\n {2}gainDb +a number from -\d+ to \d+ +dB +0 +yes/m,
  );
});

Deno.test("sluice nodes info shows what data ports carry", async () => {
  const { code, stdout } = await answer(["nodes", "info", "spectrum"]);
  assert.equal(code, 0);
  assert.match(stdout, /^Values of spectrum: SpectrumReading\n {2}KEY +WANTED +UNIT +DESCRIPTION\n/m);
  assert.match(stdout, /^ {2}peakBin +a number +The bin with the greatest magnitude\.$/m);
  assert.match(stdout, /^ {2}magnitudesDb +a Float32Array +Decibels of full scale of each bin/m);
});

Deno.test("sluice nodes list WORD shows the types for a word that people use, and what to do", async () => {
  const cases: [word: string, types: readonly string[], advice?: RegExp][] = [
    ["normalise", ["loudness", "normalize"], /^sluice convert --loudness -16 brings/m],
    ["LUFS", ["loudness", "normalize"]],
    ["duck", ["compressor"], /"sidechain"/],
    ["headphones", ["speaker"], /^"sluice devices" lists them/m],
    ["limiter", ["limiter"]],
    ["vu", ["level-meter", "loudness"]],
  ];
  for (const [word, types, advice = /(?:)/] of cases) {
    const { code, stdout } = await answer(["nodes", "list", word]);
    assert.equal(code, 0);
    const found = [...stdout.matchAll(/^(?:audio|device|media) +(\S+)/gm)].map(([, type]) => type);
    assert.deepEqual(found.toSorted(), types, word);
    assert.match(stdout, advice);
  }
  const none = await answer(["nodes", "list", "gian"]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /Cannot find node type "gian" \(did you mean "gain"\?\)/);
});

Deno.test("sluice nodes list and info print descriptors with --json", async () => {
  const list = readEvents((await answer(["nodes", "list", "--json"])).stdout);
  const info = readEvents((await answer(["nodes", "info", "gain", "--json"])).stdout);
  assert.ok(list.length >= 10);
  assert.deepEqual(info, list.filter(({ type }) => type === "gain"));
});

Deno.test("sluice codegen --check is content with the fixtures, and not with a missing configuration", async () => {
  const fresh = await sluice(["codegen", "--check", "--config", `${FIXTURES}/sluice.json`]);
  assert.equal(fresh.code, 0, fresh.stderr);
  await using folder = await temporaryFolder();
  const missing = await sluice(["codegen", "--check"], { cwd: folder.path });
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /sluice\.json/);
});

Deno.test("sluice doctor says what is there and what is missing", async () => {
  const { code, stdout } = await sluice(["doctor", "--json"], { env: { PATH: "/nonexistent" } });
  assert.equal(code, 0);
  const checks = readEvents(stdout);
  const byName = new Map(checks.map((check) => [check.name, check]));
  assert.equal(byName.get("Deno")?.ok, true);
  assert.equal(byName.get("generated code")?.required, true);
  assert.equal(byName.get("bundle")?.required, false);
  assert.match(String(byName.get("kernels")?.found), /^(?:native|wasm|plain): /);
  for (const tool of ["cargo", "sox", "ffprobe", "gst-launch-1.0", "chromium"]) {
    assert.equal(byName.get(tool)?.ok, false);
    assert.equal(byName.get(tool)?.required, false);
    assert.equal(byName.get(tool)?.found, "not on the PATH");
    assert.equal(typeof byName.get(tool)?.mend, "string");
  }
  // The PATH has no nasm, whatever openh264 was built with.
  const h264 = byName.get("H.264");
  assert.equal(h264 !== undefined, Deno.build.arch === "x86_64" && noRustPlugin("codecs") === undefined);
  if (h264 !== undefined) {
    assert.deepEqual([h264.required, typeof h264.mend], [false, h264.ok ? "undefined" : "string"]);
    assert.match(String(h264.found), h264.ok ? /^built with nasm$/ : /^built without nasm: /);
  }
  assert.deepEqual(checks.at(-1), { event: "summary", version: manifest.version, ok: true });
  assert.match((await sluice(["doctor"])).stdout, /^Sluice \d.*\n\nok +Deno +2\..*[^]*\nSluice can run here\n$/);
});

Deno.test("sluice completion prints a script that completes commands", async () => {
  const script = await answer(["completion", "bash"]);
  assert.equal(script.code, 0);
  assert.match(script.stdout, /complete .*sluice/);
  const words = await answer(["completion", "bash", "n"]);
  assert.match(words.stdout, /nodes/);
  const line = await answer(["completion", "bash", "run", "-e", "wav-source path=a.wav ! wav-s"]);
  assert.deepEqual([line.code, line.stdout.trim()], [0, "wav-source path=a.wav ! wav-sink"]);
});

Deno.test("sluice completion knows types, paths and values behind what needs them, and leaves a quote open in bash", async () => {
  const cases: [string, string[], string[]][] = [
    ["bash", ["run", "--mode", ""], ["live", "offline"]],
    ["bash", ["nodes", "info", "wav-s"], ["wav-sink", "wav-source"]],
    ["bash", ["run", "-e", '"wav-sou'], ["wav-source ", "wav-source  "]],
    ["bash", ["run", "-e", "'wav-source pa"], ["wav-source path=", "wav-source path= "]],
    ["bash", ["check", "-e", "wav-source path=examples/spee"], ["wav-source path=examples/speech.wav"]],
    ["bash", ["check", "-e", "wav-source path=tests/mist"], ["wav-source path=tests/mistakes/"]],
  ];
  await Promise.all(cases.map(async ([shell, words, wanted]) => {
    const { code, stdout } = await answer(["completion", shell, ...words]);
    assert.deepEqual([code, stdout.split("\n")], [0, wanted], words.join(" "));
  }));
});
