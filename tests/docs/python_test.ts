/** Does what docs/python.md says: its nodes are described, and its command runs. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { interpreter, noPython } from "../fixtures/python/graph.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test({
  name: `docs/python.md: its nodes run${noPython === undefined ? "" : ` (left out: ${noPython})`}`,
  ignore: noPython !== undefined,
  fn: async () => {
    const page = await Deno.readTextFile(`${ROOT}docs/python.md`);
    const folder = await Deno.makeTempDir();
    try {
      for (const [, name, text] of page.matchAll(/^<!-- file: (\S+) -->\n\n```python\n([\s\S]*?)^```$/gm)) {
        await Deno.writeTextFile(`${folder}/${name}`, text);
      }
      const line = /^deno task sluice run -e "(.*)" --plugins hum\.py$/m.exec(page)![1];
      await sluice(folder, ["run", "--quiet", "-e", line, "--plugins", "hum.py"]);
      const { stdout } = await new Deno.Command("sox", {
        args: ["quiet.wav", "-t", "raw", "-e", "floating-point", "-b", "32", "-L", "-"],
        cwd: folder,
      }).output();
      const samples = new Float32Array(stdout.slice().buffer);
      const loudness = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
      assert.ok(samples.length >= 48_000 && loudness < 0.05, `${samples.length} samples, loudness ${loudness}`);
      const clock = await sluice(folder, [
        "run",
        "--quiet",
        "-e",
        "com.example.clock ! console-sink",
        "--plugins",
        "clock.py",
      ]);
      assert.deepEqual([...clock.matchAll(/count: (\d)/g)].map((each) => each[1]), ["1", "2", "3", "4", "5"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function sluice(cwd: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--config=${ROOT}deno.json`, `${ROOT}cli/main.ts`, ...args],
    cwd,
    env: { NO_COLOR: "1", SLUICE_PYTHON: interpreter! },
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, text + errors);
  return text;
}
