/**
 * Does what the README, `docs/registry.md` and `docs/writing_processors.md` say, each in a project laid out as the README
 * says, and has the types checked of a project that `sluice new project` has made. Those of all are checked at once: most
 * of the time that this takes goes into those of Sluice.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { decodePng } from "../../processors/media/png.ts";
import { hasLibrary } from "../../tools/native_library.ts";
import { sluice } from "../cli/command_line.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const [readme, registryPage, writingPage] = await Promise.all(
  ["README.md", "docs/registry.md", "docs/writing_processors.md"].map((path) => Deno.readTextFile(ROOT + path)),
);

/** A file by its name, and its text. */
type NamedText = readonly [name: string, text: string];

/** The README's fenced blocks of one language, in its order, with the checkout where it says `../sluice`. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2].replaceAll("../sluice", ROOT.replace(/\/$/, "")));
}

/** A page's blocks of code by the file names in the comments before them. */
function filesOf(page: string): NamedText[] {
  return [...page.matchAll(/^<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [name, text]);
}

/** Makes a project with the README's configuration. */
async function layOut(folder: string, files: Iterable<NamedText>): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const [denoJson, sluiceJson] = blocks("json");
  for (const [name, text] of [["deno.json", denoJson], ["sluice.json", sluiceJson], ...files]) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}

/** Runs Deno in a folder; it has to succeed. Gives its standard output. */
async function deno(folder: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `deno ${args.join(" ")}: ${text}${errors}`);
  return text;
}

/** The samples of a WAV file that sox reads, as floats. */
async function samples(path: string): Promise<Float32Array> {
  const { code, stdout } = await new Deno.Command("sox", {
    args: [path, "-t", "raw", "-e", "floating-point", "-b", "32", "-L", "-"],
  }).output();
  assert.equal(code, 0, `sox reads ${path}`);
  return new Float32Array(stdout.slice().buffer);
}

/** README.md: the processor, the generator, the graph. */
async function followReadme(folder: string): Promise<void> {
  const [processor, graph] = blocks("ts");
  await layOut(folder, [["fader.ts", processor], ["graph.ts", graph]]);
  await Deno.copyFile(`${ROOT}examples/speech.wav`, `${folder}/speech.wav`);
  const commands = blocks("sh").at(-1)?.trim().split("\n") ?? [];
  assert.equal(commands.length, 2);
  const tooEarly = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "graph.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const [, shown, name] = /`(Module not found "file:[^`]*\/([\w.]+)")`/.exec(readme)!;
  const stderr = new TextDecoder().decode(tooEarly.stderr);
  assert.ok(stderr.includes(shown.replace(/file:.*"/, `file://${folder}/${name}"`)), stderr);
  for (const command of commands) {
    const [program, ...args] = command.replace(/\s+#.*$/, "").split(/\s+/);
    assert.equal(program, "deno");
    await deno(folder, args);
  }

  const before = await samples(`${folder}/speech.wav`);
  const after = await samples(`${folder}/quiet.wav`);
  assert.equal(after.length, before.length);
  assert.ok(before.some((value) => Math.abs(value) > 0.5), "the recording is not silent");
  assert.ok(after.every((value, k) => value === before[k] * 0.5), "each sample is halved");
}

/** docs/registry.md: its registries and tests work with the README's processor. */
async function followRegistry(folder: string): Promise<void> {
  const files = filesOf(registryPage);
  assert.equal(files.length, 3);
  await layOut(folder, [...files, ["fader.ts", blocks("ts")[0]]]);
  await deno(folder, ["task", "codegen"]);
  assert.match(await deno(folder, ["test", "-A", "--no-check"]), /^ok \| 2 passed \| 0 failed/m);
}

/** docs/writing_processors.md: its processors pass its tests, and its graph runs. */
async function followWriting(folder: string): Promise<void> {
  await layOut(folder, [...filesOf(writingPage), ["words.txt", "quiet\nmiddling\nloud\n"]]);
  await deno(folder, ["task", "codegen"]);
  const tests = await deno(folder, ["test", "-A", "--no-check"]);
  const wanted = [...writingPage.matchAll(/^Deno\.test\(/gm)].length;
  assert.match(tests, new RegExp(`^ok \\| ${wanted} passed \\| 0 failed`, "m"));
  await deno(folder, ["task", "sluice", "check", "graph.json"]);
  const output = await deno(folder, ["task", "sluice", "run", "graph.json", "--quiet"]);
  const peaks = output.trimEnd().split("\n").map((line) => JSON.parse(line).value);
  // Two delayed blocks of silence, then 100 blocks in halves: the first half goes up to 0.25, the second to 0.5.
  assert.equal(peaks.length, 202);
  assert.deepEqual(peaks.map(({ ptsNs }) => ptsNs), peaks.map((_, k) => k * 5e6));
  assert.deepEqual(peaks.slice(0, 5).map(({ word }) => word), ["quiet", "quiet", "quiet", "middling", "quiet"]);
  if (Deno.env.get("SLUICE_NATIVE") !== "off" && hasLibrary()) await followPictures(folder);
}

/** docs/writing_processors.md: its script inverts the colours of a media file. */
async function followPictures(folder: string): Promise<void> {
  const bars = "pattern-source width=256 height=64 frameRate=20 durationSeconds=0.1";
  const run = (line: string) => deno(folder, ["task", "sluice", "run", "--quiet", "-e", line]);
  await run(`${bars} ! h264-encode bitRate=20000000 ! media-sink path=bars.mp4`);
  await deno(folder, ["run", "-A", "--no-check", "negative_graph.ts", "bars.mp4", "negative.mp4"]);
  const pixels = async (name: string) => {
    await run(`media-source path=${name}.mp4 ! image-sink path=${name}-%d.png`);
    return decodePng(await Deno.readFile(`${folder}/${name}-1.png`)).bytes;
  };
  const [before, after] = [await pixels("bars"), await pixels("negative")];
  // The middle of each bar, where nothing moves.
  for (let bar = 0; bar < 7; bar++) {
    for (let part = 0; part < 3; part++) {
      const at = 4 * (24 * 256 + 18 + 36 * bar) + part;
      assert.ok(Math.abs(255 - before[at] - after[at]) <= 6, `bar ${bar}: ${before[at]} became ${after[at]}`);
    }
  }
}

/**
 * What `sluice new project` and `sluice new processor` write, and beside the script one that is wrong, which the type
 * checker has to refuse.
 */
async function makeNewProject(folder: string): Promise<void> {
  for (const [cwd, ...args] of [[folder, "project", "made"], [`${folder}/made`, "processor", "hum-filter"]]) {
    const { code, stderr } = await sluice(["new", ...args], { cwd });
    assert.equal(code, 0, stderr);
  }
  await deno(`${folder}/made`, ["task", "codegen"]);
  const script = await Deno.readTextFile(`${folder}/made/main.ts`);
  const wrong = script.replace(/^(.*)outputs\.audioOut\b/m, "// @ts-expect-error: no such output\n$1outputs.audioOt");
  assert.notEqual(wrong, script);
  await Deno.writeTextFile(`${folder}/made/wrong.ts`, wrong);
}

Deno.test("README.md, docs/registry.md and docs/writing_processors.md do what they say in projects of one's own, and their code and that of a new project pass deno check", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_pages_" });
  try {
    await layOut(folder, []);
    await test.step("README.md", () => followReadme(`${folder}/readme`));
    await test.step("docs/registry.md", () => followRegistry(`${folder}/registry`));
    await test.step("docs/writing_processors.md", () => followWriting(`${folder}/writing`));
    await test.step("sluice new project", () => makeNewProject(folder));
    await test.step("deno check", async () => {
      await deno(folder, ["check", "."]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/writing_processors.md names the file of every block of code, but for its sections on kernels and on scripts", () => {
  // These two show parts of a program.
  const kernels = /^### Kernels\n[^]*?(?=^## With pictures\n)/m;
  const scripts = /^## Feeding and reading a graph from a script\n[^]*/m;
  for (const section of [kernels, scripts]) assert.match(writingPage, section);
  const rest = writingPage.replace(kernels, "").replace(scripts, "");
  assert.equal(filesOf(writingPage).length, [...rest.matchAll(/^```\w/gm)].length);
});
