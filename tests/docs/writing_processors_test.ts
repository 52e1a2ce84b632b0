/** Does what `docs/writing_processors.md` says, in a project laid out as the README says. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const page = await Deno.readTextFile(`${ROOT}docs/writing_processors.md`);
const readme = await Deno.readTextFile(`${ROOT}README.md`);

/** The page's code blocks by the file names in the comments before them. */
function files(): Map<string, string> {
  const found = page.matchAll(/^<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)^```$/gm);
  return new Map([...found].map((match) => [match[1], match[2]]));
}

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

Deno.test("docs/writing_processors.md names the file of every block of code", () => {
  assert.equal(files().size, [...page.matchAll(/^```\w/gm)].length);
});

Deno.test("docs/writing_processors.md's processors pass its tests, and its graph runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_writing_" });
  try {
    for (const [name, text] of files()) await Deno.writeTextFile(`${folder}/${name}`, text);
    const [denoJson, sluiceJson] = [...readme.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
    await Deno.writeTextFile(`${folder}/deno.json`, denoJson.replaceAll("../sluice", ROOT.replace(/\/$/, "")));
    await Deno.writeTextFile(`${folder}/sluice.json`, sluiceJson);
    await Deno.writeTextFile(`${folder}/words.txt`, "quiet\nmiddling\nloud\n");

    await deno(folder, ["task", "codegen"]);
    const tests = await deno(folder, ["test", "-A"]);
    const wanted = [...page.matchAll(/^Deno\.test\(/gm)].length;
    assert.match(tests, new RegExp(`^ok \\| ${wanted} passed \\| 0 failed`, "m"));
    await deno(folder, ["task", "sluice", "check", "graph.json"]);
    const output = await deno(folder, ["task", "sluice", "run", "graph.json", "--quiet"]);
    const peaks = output.trimEnd().split("\n").map((line) => JSON.parse(line).value);
    // Two delayed blocks of silence, then 100 blocks in halves: the first half goes up to 0.25, the second to 0.5.
    assert.equal(peaks.length, 202);
    assert.deepEqual(peaks.map(({ ptsNs }) => ptsNs), peaks.map((_, k) => k * 5e6));
    assert.deepEqual(peaks.slice(0, 5).map(({ word }) => word), ["quiet", "quiet", "quiet", "middling", "quiet"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
