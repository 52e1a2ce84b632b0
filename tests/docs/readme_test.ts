/** Does what the README says, in a folder of its own: the processor, the generator, the graph. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const readme = await Deno.readTextFile(`${ROOT}README.md`);

/** The fenced blocks of one language, in the order of the page, with the checkout where the page says `../sluice`. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2].replaceAll("../sluice", ROOT.replace(/\/$/, "")));
}

async function deno(folder: string, args: string[]): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `deno ${args.join(" ")}: ${output}`);
}

/** The samples of a WAV file that sox reads, as floats. */
async function samples(path: string): Promise<Float32Array> {
  const { code, stdout } = await new Deno.Command("sox", {
    args: [path, "-t", "raw", "-e", "floating-point", "-b", "32", "-L", "-"],
  }).output();
  assert.equal(code, 0, `sox reads ${path}`);
  return new Float32Array(stdout.slice().buffer);
}

Deno.test("README.md shows a processor and a graph in 25 lines", () => {
  const lines = blocks("ts").slice(0, 2).join("").split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 25, `${lines.length} lines`);
});

Deno.test("README.md's processor and graph run in a project of one's own and do what it says", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_readme_" });
  try {
    const [processor, graph] = blocks("ts");
    const [denoJson, sluiceJson] = blocks("json");
    const commands = blocks("sh").at(-1)?.trim().split("\n") ?? [];
    for (
      const [name, text] of Object.entries({
        "fader.ts": processor,
        "graph.ts": graph,
        "deno.json": denoJson,
        "sluice.json": sluiceJson,
      })
    ) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await Deno.copyFile(`${ROOT}examples/speech.wav`, `${folder}/speech.wav`);
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
    await deno(folder, ["check", "graph.ts"]);

    const before = await samples(`${folder}/speech.wav`);
    const after = await samples(`${folder}/quiet.wav`);
    assert.equal(after.length, before.length);
    assert.ok(before.some((value) => Math.abs(value) > 0.5), "the recording is not silent");
    assert.ok(after.every((value, k) => value === before[k] * 0.5), "each sample is halved");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README.md's commands of the command line succeed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_readme_" });
  try {
    const commands = blocks("sh").join("").split("\n").filter((line) => line.startsWith("deno task sluice "));
    assert.ok(commands.length >= 4);
    for (const command of commands) {
      const [, ...args] = command.replace(/\s+#.*$/, "").split(/\s+/);
      if (args.includes("run")) args.push("--set", `file.path=${folder}/demo.wav`);
      await deno(ROOT, args);
    }
    await Deno.stat(`${folder}/demo.wav`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README.md's links lead to files that are there", async () => {
  const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]).filter((path) =>
    !/^https?:/.test(path)
  );
  assert.ok(targets.length > 4);
  for (const target of targets) await Deno.stat(ROOT + target);
});
