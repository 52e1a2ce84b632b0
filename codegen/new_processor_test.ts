import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "./generate.ts";
import { newProcessor } from "./new_processor.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

Deno.test("newProcessor() makes a class, a test and a page that are formatted, pass the checks and run at once", async () => {
  // Inside the checkout, so that its packages are found.
  const root = await mkdtemp(join(ROOT, "codegen/testdata/.new-"));
  try {
    const configPath = join(root, "sluice.json");
    const { files, type } = await newProcessor("noise-gate", configPath, undefined, "../../../core/generated_api.ts");
    assert.equal(type, "noise-gate");
    assert.deepEqual(files, [
      "processors/noise_gate.ts",
      "processors/noise_gate_test.ts",
      "docs/processors/noise_gate.md",
    ]);
    const { diagnostics, nodeTypes } = await generate({ configPath });
    assert.deepEqual([diagnostics, nodeTypes], [[], ["noise-gate"]]);
    for (const args of [["fmt", "--check", ...files], ["lint", files[0], files[1]], ["test", "-A", files[1]]]) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      if (args[0] === "test") assert.match(said, /1 passed/);
    }
    const before = await readFile(join(root, files[0]), "utf8");
    await assert.rejects(newProcessor("noise-gate", configPath), {
      code: "InvalidConfig",
      message: /^Cannot make processor "noise-gate": "processors\/noise_gate\.ts" is there already/,
    });
    assert.equal(await readFile(join(root, files[0]), "utf8"), before);
  } finally {
    await rm(root, { recursive: true });
  }
});

Deno.test("newProcessor() refuses what is no name, with one that is", async () => {
  await assert.rejects(newProcessor("NoiseGate", "sluice.json"), {
    code: "InvalidConfig",
    message: `Cannot name a processor "NoiseGate": wanted words of lower-case letters and digits, joined by "-"; ` +
      `write "noise-gate"`,
  });
});

Deno.test("newProcessor() says where in the configuration the mistake is", async () => {
  const root = await mkdtemp(join(tmpdir(), "sluice-new-"));
  try {
    const configPath = join(root, "sluice.json");
    await writeFile(configPath, '{\n  "include": ["*.ts"],\n  "nmae": "x"\n}\n');
    await assert.rejects(newProcessor("noise-gate", configPath), {
      code: "InvalidConfig",
      message: `${configPath}:3:3: Cannot use key "nmae" in ${configPath}: it is not known; wanted "include", ` +
        '"exclude", "name", "runtime", "packages", "rust", "output" and "schema"; write "name"',
    });
  } finally {
    await rm(root, { recursive: true });
  }
});
