import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseConfig } from "./config.ts";
import { formatDiagnostic } from "./diagnostics.ts";
import { emitPackage, generate } from "./generate.ts";
import { findFiles } from "./files/find_files.ts";
import { scanPackage } from "./scan/scan_package.ts";
import { copyAccepted, processorSource, tempPackage } from "./fixtures/temp_package.ts";

const ACCEPTED = fileURLToPath(new URL("./testdata/accepted", import.meta.url));

Deno.test("generate() with check writes nothing and tells stale from missing", async () => {
  await using copy = await copyAccepted("two_ports");
  await writeFile(join(copy.root, "sluice.gen.ts"), `// Made by "deno task codegen", long ago\n`);
  await rm(join(copy.root, "sluice.schema.json"));
  const result = await generate({ configPath: copy.configPath, check: true });
  assert.deepEqual(result.files.map(({ path, state }) => [path, state]), [
    ["sluice.gen.ts", "stale"],
    ["sluice.schema.json", "missing"],
  ]);
  assert.equal(await readFile(join(copy.root, "sluice.gen.ts"), "utf8"), `// Made by "deno task codegen", long ago\n`);
  assert.deepEqual((await readdir(copy.root)).sort(), ["gain.ts", "sluice.gen.ts", "sluice.json"]);
});

Deno.test("generate() writes what differs, leaves no temporary file, and then has nothing to do", async () => {
  await using copy = await copyAccepted("two_ports");
  await writeFile(join(copy.root, "sluice.gen.ts"), `// Made by "deno task codegen", long ago\n`);
  const first = await generate({ configPath: copy.configPath });
  assert.deepEqual(first.files.map(({ state }) => state), ["written", "unchanged"]);
  assert.deepEqual(first.nodeTypes, ["gain"]);
  assert.deepEqual((await readdir(copy.root)).sort(), [
    "gain.ts",
    "sluice.gen.ts",
    "sluice.json",
    "sluice.schema.json",
  ]);
  const second = await generate({ configPath: copy.configPath });
  assert.deepEqual(second.files.map(({ state }) => state), ["unchanged", "unchanged"]);
});

Deno.test("generate() does not touch a file that would not change", async () => {
  await using copy = await copyAccepted("two_ports");
  const path = join(copy.root, "sluice.gen.ts");
  const longAgo = new Date("2001-02-03T04:05:06Z");
  await generate({ configPath: copy.configPath });
  await utimes(path, longAgo, longAgo);
  await generate({ configPath: copy.configPath });
  assert.equal((await stat(path)).mtime.getTime(), longAgo.getTime());
});

Deno.test("generate() takes generated files with CRLF line ends for unchanged", async () => {
  await using copy = await copyAccepted("two_ports");
  for (const name of ["gain.ts", "sluice.gen.ts", "sluice.schema.json", "sluice.json"]) {
    const text = await readFile(join(copy.root, name), "utf8");
    await writeFile(join(copy.root, name), text.replaceAll("\n", "\r\n"));
  }
  const { files, diagnostics } = await generate({ configPath: copy.configPath, check: true });
  assert.deepEqual(diagnostics.map(formatDiagnostic), []);
  assert.deepEqual(files.map(({ state }) => state), ["unchanged", "unchanged"]);
});

Deno.test("generate() writes what is good, and stops only the output of a file that is broken", async () => {
  await using copy = await copyAccepted("config_types");
  await rm(join(copy.root, "sluice.gen.ts"));
  await writeFile(join(copy.root, "broken.ts"), "@processor() export class {\n");
  const { files, diagnostics, nodeTypes } = await generate({ configPath: copy.configPath });
  assert.deepEqual(nodeTypes, ["shaper"]);
  assert.deepEqual(files.map(({ state }) => state), ["written", "unchanged"]);
  assert.match(formatDiagnostic(diagnostics[0]), /^broken\.ts:\d+:\d+: error: Cannot parse the file: /);
  assert.match(await readFile(join(copy.root, "sluice.gen.ts"), "utf8"), /export const shaper:/);
});

Deno.test("generate() writes nothing if no class is good", async () => {
  await using copy = await copyAccepted("two_ports");
  await rm(join(copy.root, "sluice.gen.ts"));
  await writeFile(join(copy.root, "gain.ts"), "@processor() export class {\n");
  const { files, diagnostics } = await generate({ configPath: copy.configPath });
  assert.deepEqual(files, []);
  assert.ok(diagnostics.length > 0);
  assert.ok(!(await readdir(copy.root)).includes("sluice.gen.ts"));
});

for (const name of ["names", "platforms", "other_files", "abstract_base", "inheritance"]) {
  Deno.test(`scanPackage() and emitPackage() give the same bytes whatever the order of the files of ${name}`, async () => {
    const root = join(ACCEPTED, name);
    const { config } = parseConfig("sluice.json", await readFile(join(root, "sluice.json"), "utf8"));
    assert.ok(config);
    const paths = await findFiles(root, config.include, config.exclude);
    assert.ok(paths.length > 1);
    const texts = [paths, paths.toReversed()].map((order) => {
      const { model } = scanPackage({ root, configFile: "sluice.json", config, paths: order });
      assert.ok(model);
      return emitPackage(model);
    });
    assert.deepEqual(texts[0], texts[1]);
  });
}

Deno.test("scanPackage() makes a model that JSON can hold", async () => {
  const root = join(ACCEPTED, "config_types");
  const { config } = parseConfig("sluice.json", await readFile(join(root, "sluice.json"), "utf8"));
  assert.ok(config);
  const { model } = scanPackage({ root, configFile: "sluice.json", config, paths: ["shaper.ts"] });
  assert.ok(model);
  assert.deepEqual(emitPackage(JSON.parse(JSON.stringify(model))), emitPackage(model));
});

Deno.test("generate() lets several run at once: each ends well and leaves no temporary file", async () => {
  await using copy = await copyAccepted("two_ports");
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (let k = 0; k < 4; k++) {
      await rm(join(copy.root, "sluice.gen.ts"), { force: true });
      const { diagnostics } = await generate({ configPath: copy.configPath });
      assert.deepEqual(diagnostics, []);
    }
  }));
  assert.deepEqual((await readdir(copy.root)).filter((name) => name.includes("partial")), []);
});

Deno.test("generate() refuses keys that every object has, and names other packages by what no node type is called", async () => {
  const other = processorSource("Other");
  await using folder = await tempPackage({
    "keys.ts": processorSource("Keys", "@config() valueOf = 1;\n@config() hasOwnProperty = 2;"),
    "package.ts": processorSource("Package1"),
    "undefined.ts": processorSource("Undefined"),
  }, { packages: ["./other/sluice.gen.ts"], exclude: ["other/**"] });
  await folder.write("other/other.ts", other);
  await folder.write("other/sluice.json", JSON.stringify({ include: ["*.ts"], name: "@example/other" }));
  await generate({ configPath: join(folder.root, "other/sluice.json") });
  const { files, nodeTypes, problems } = await folder.run();
  assert.deepEqual(problems.map((each) => each.replace(/: every object.*$/, "")), [
    'keys.ts:9:11: error: Cannot use "@config" on "valueOf"',
    'keys.ts:10:11: error: Cannot use "@config" on "hasOwnProperty"',
  ]);
  assert.deepEqual(nodeTypes, ["package1", "undefined"]);
  assert.match(files[0].text, /import \* as package1_ from "\.\/other\/sluice\.gen\.ts";/);
  assert.match(files[0].text, /export const undefinedNode: /);
});

Deno.test("generate() makes a module that import() gives, whatever its classes are called", async () => {
  await using folder = await tempPackage({ "then.ts": processorSource("Then") });
  const { nodeTypes } = await folder.run();
  assert.deepEqual(nodeTypes, ["then"]);
  const { thenNode } = await import(pathToFileURL(join(folder.root, "sluice.gen.ts")).href);
  assert.equal(thenNode.descriptor.type, "then");
});

Deno.test("generate() refuses a class whose name code cannot carry, and writes those of other files", async () => {
  const exported = processorSource("Bad").replace("export class", "class") + `export { Bad as "some string" };\n`;
  for (const bad of [processorSource("Ω"), processorSource("$"), exported]) {
    await using own = await tempPackage({ "bad.ts": bad, "good.ts": processorSource("Good") });
    const result = await own.run();
    assert.match(result.problems.join("\n"), /^bad\.ts:6:\d+: error: Cannot [^\n]+$/);
    assert.deepEqual(result.nodeTypes, ["good"]);
    assert.deepEqual(result.files.map(({ state }) => state), ["written", "written"]);
  }
});
