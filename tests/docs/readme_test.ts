/** Holds what the README says: its length, its commands of the command line, its links. */
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

Deno.test("README.md shows a processor and a graph in 25 lines", () => {
  const lines = blocks("ts").slice(0, 2).join("").split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 25, `${lines.length} lines`);
});

Deno.test("README.md's commands of the command line succeed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_readme_" });
  try {
    const commands = blocks("sh").join("").split("\n").filter((line) => line.startsWith("deno task sluice "));
    assert.ok(commands.length >= 4);
    for (const command of commands) {
      const words = command.replace(/\s+#.*$/, "").replaceAll("=out/", `=${folder}/`).match(/"[^"]*"|\S+/g)!;
      const [, ...args] = words.map((word) => word.replaceAll('"', ""));
      if (args.includes("examples/demo.json") && args.includes("run")) {
        args.push("--set", `file.path=${folder}/demo.wav`);
      }
      await deno(ROOT, args);
    }
    for (const name of ["demo.wav", "hall.wav"]) await Deno.stat(`${folder}/${name}`);
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
