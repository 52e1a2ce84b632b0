import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../generate.ts";
import { newProcessor } from "./new_processor.ts";
import { assertProcessorName } from "./new_processor_name.ts";

const SOURCE = { version: "0.1.0", checkout: fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "") };
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Whether the types of the class and of its test are checked here too, as in `tests/docs/projects_test.ts`. */
const CHECKS_TYPES = Deno.env.get("SLUICE_DEEP") === "1";

Deno.test("newProcessor() makes a class, a test and a page that are formatted, pass the checks and run at once", async () => {
  // Inside the checkout, so that its packages are found.
  const root = await mkdtemp(join(ROOT, "codegen/testdata/.new-"));
  try {
    const configPath = join(root, "sluice.json");
    const { files, changes, manifest } = await newProcessor({ name: "hum-filter", configPath, source: SOURCE });
    assert.deepEqual([changes, manifest], [[{ path: "sluice.json", added: [] }], undefined]);
    assert.deepEqual(files, [
      "processors/hum_filter.ts",
      "processors/hum_filter_test.ts",
      "docs/processors/hum_filter.md",
    ]);
    const { diagnostics, nodeTypes } = await generate({ configPath });
    assert.deepEqual([diagnostics, nodeTypes], [[], ["hum-filter"]]);
    assert.match(await readFile(join(root, files[0]), "utf8"), /^ \* Hum filter: scales blocks of audio\.$/m);
    const page = /```json\n([^]*?)```/.exec(await readFile(join(root, files[2]), "utf8"))?.[1] ?? "";
    assert.deepEqual(JSON.parse(page), { "hum-filter": { type: "hum-filter", config: { factor: 0.5 } } });
    const test = ["test", "-A", ...(CHECKS_TYPES ? [] : ["--no-check"]), files[1]];
    for (const args of [["fmt", "--check", ...files], ["lint", files[0], files[1]], test]) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      if (args[0] === "test") assert.match(said, /1 passed/);
    }
    await writeFile(join(root, "processors/wobble_test.ts"), "// mine\n");
    await assert.rejects(newProcessor({ name: "wobble", configPath, source: SOURCE }), {
      code: "InvalidConfig",
      message:
        'Cannot make processor "wobble": "processors/wobble_test.ts" is there already; choose another name, or ' +
        "remove it",
    });
    const before = await readFile(join(root, files[0]), "utf8");
    await assert.rejects(newProcessor({ name: "hum-filter", configPath, source: SOURCE }), {
      code: "InvalidConfig",
      message:
        /^Cannot make processor "hum-filter": the name is taken by "HumFilter" of @example\/\.new.*\); choose another/,
    });
    await rm(join(root, "sluice.gen.ts"));
    await assert.rejects(newProcessor({ name: "hum-filter", configPath, source: SOURCE }), {
      message:
        /\); "sluice\.gen\.ts" has it not yet: run "deno task codegen", or choose another, such as "my-hum-filter"$/,
    });
    assert.equal(await readFile(join(root, files[0]), "utf8"), before);
  } finally {
    await rm(root, { recursive: true });
  }
});

Deno.test("newProcessor() refuses what is no name, with one that is", async () => {
  const shape = 'wanted words of lower-case letters and digits, joined by "-"';
  const word = "TypeScript or generated code keeps the word for itself";
  const member = "every object has a member of that name";
  const device = "Windows keeps files of that name for a device";
  const tests = "the generator leaves files of tests and benchmarks out";
  const global = (name: string) => `it would hide "${name}", which every module has`;
  const table: [string, string, string?][] = [
    ["HumFilter", shape, "hum-filter"],
    ["hum_filter", shape, "hum-filter"],
    ["Self", shape, "self-processor"],
    ["../../etc/passwd", shape, "etc-passwd"],
    ["__proto__", shape, "proto"],
    ["", shape],
    ["7", shape],
    ["class", word, "class-processor"],
    ["delete", word, "delete-processor"],
    ["await", word, "await-processor"],
    ["nodes", word, "nodes-processor"],
    ["then", word, "then-processor"],
    ["node-package", word, "node-package-processor"],
    ["constructor", member, "constructor-processor"],
    ["to-string", member, "to-string-processor"],
    ["has-own-property", member, "has-own-property-processor"],
    ["con", device, "con-processor"],
    ["lpt1", device, "lpt1-processor"],
    ["noise-test", tests, "noise-test-processor"],
    ["bench", tests, "bench-processor"],
    ["map", global("Map"), "map-processor"],
    ["self", global("self"), "self-processor"],
    ["promise", global("Promise"), "promise-processor"],
    ["audio-frame", 'its class would have the name of a type that it uses, "AudioFrame"', "audio-frame-processor"],
    ["x".repeat(65), "it has 65 characters, wanted 64 at most"],
  ];
  for (const [name, reason, mended] of table) {
    const hint = mended === undefined ? "" : `; write "${mended}"`;
    await assert.rejects(newProcessor({ name, configPath: "/nowhere/sluice.json", source: SOURCE }), {
      code: "InvalidConfig",
      message: `Cannot name a processor ${JSON.stringify(name)}: ${reason}${hint}`,
    });
    if (mended !== undefined) assertProcessorName(mended);
  }
});

Deno.test("newProcessor() refuses an empty path of a configuration", async () => {
  await assert.rejects(newProcessor({ name: "hum-filter", configPath: "", source: SOURCE }), {
    code: "InvalidConfig",
    message: 'Cannot make processor "hum-filter": the path of the configuration is empty; name a sluice.json',
  });
});

Deno.test("newProcessor() says where in the configuration the mistake is", async () => {
  const root = await mkdtemp(join(tmpdir(), "sluice-new-"));
  try {
    const configPath = join(root, "sluice.json");
    await writeFile(configPath, '{\n  "include": ["*.ts"],\n  "nmae": "x"\n}\n');
    await assert.rejects(newProcessor({ name: "hum-filter", configPath, source: SOURCE }), {
      code: "InvalidConfig",
      message: `${configPath}:3:3: Cannot use key "nmae" in ${configPath}: it is not known; wanted "include", ` +
        '"exclude", "name", "runtime", "packages", "plugins", "python", "rust", "output" and "schema"; write "name"',
    });
  } finally {
    await rm(root, { recursive: true });
  }
});
