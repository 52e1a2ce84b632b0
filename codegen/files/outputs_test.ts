import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { processorSource, tempPackage } from "../fixtures/temp_package.ts";

const GOOD = { "good.ts": processorSource("Good") };

Deno.test("generate() leaves files alone that it did not make", async () => {
  const mine = `// my own work\nexport const x = 1;\n`;
  const json = `{ "$comment": "mine", "imports": {} }\n`;
  const table: [string, { [key: string]: string }, { [path: string]: string }][] = [
    ["output", {}, { "sluice.gen.ts": mine }],
    ["output", { output: "sub/x.gen.ts" }, { "sub/x.gen.ts": mine }],
    ["schema", { schema: "deno.json" }, { "deno.json": json }],
    ["schema", { schema: "sub/../deno.json" }, { "deno.json": json }],
    ["rust", { rust: "lib.rs" }, { "lib.rs": "fn main() {}\n" }],
  ];
  const struct = `/** @frame */\nexport interface P { x: number }`;
  for (const [key, config, files] of table) {
    await using folder = await tempPackage({ "good.ts": processorSource("Good", "", struct), ...files }, config);
    const before = (await readdir(folder.root, { recursive: true })).sort();
    const { problems } = await folder.run();
    const [[path, text]] = Object.entries(files);
    assert.equal(problems.length, 1);
    assert.match(problems[0], /^sluice\.json(?::1:\d+)?: error: /);
    assert.ok(problems[0].endsWith(`Cannot write "${path}": the file that is there was not made by the generator`));
    assert.equal(await readFile(join(folder.root, path), "utf8"), text, key);
    assert.deepEqual((await readdir(folder.root, { recursive: true })).sort(), before);
  }
});

Deno.test("generate() writes no schema over its own configuration", async () => {
  await using folder = await tempPackage(GOOD, { schema: "./sluice.json" });
  const before = await readFile(folder.configPath, "utf8");
  assert.deepEqual((await folder.run()).problems.map((each) => each.replace(/^.*error: /, "")), [
    'Cannot write "sluice.json": it is the configuration itself',
  ]);
  assert.equal(await readFile(folder.configPath, "utf8"), before);
});

Deno.test("generate() writes through no symbolic link", async () => {
  await using elsewhere = await tempPackage({ "victim.txt": "mine" });
  await using folder = await tempPackage(GOOD, { schema: "linked/graph.json" });
  await symlink(join(elsewhere.root, "victim.txt"), join(folder.root, "sluice.gen.ts"));
  const link = 'Cannot write "sluice.gen.ts": it is a symbolic link';
  assert.deepEqual((await folder.run()).problems, [`sluice.json: error: ${link}`]);
  await Deno.remove(join(folder.root, "sluice.gen.ts"));
  await symlink(elsewhere.root, join(folder.root, "linked"));
  const [problem] = (await folder.run()).problems;
  assert.match(problem, /"linked\/graph\.json": a symbolic link leads out of the folder of the configuration$/);
  assert.deepEqual((await readdir(folder.root)).sort(), ["good.ts", "linked", "sluice.json"]);
  assert.equal(await readFile(join(elsewhere.root, "victim.txt"), "utf8"), "mine");
});

Deno.test("generate() replaces what it made, an empty file, and its own files with marks of a conflict", async () => {
  await using folder = await tempPackage(GOOD);
  assert.deepEqual((await folder.run()).problems, []);
  const schema = await readFile(join(folder.root, "sluice.schema.json"), "utf8");
  const conflict = schema.replace(`  "type"`, `<<<<<<< mine\n  "type"`);
  assert.notEqual(conflict, schema);
  await folder.write("sluice.schema.json", conflict);
  await folder.write("sluice.gen.ts", "\n");
  const { files, problems } = await folder.run();
  assert.deepEqual(problems, []);
  assert.deepEqual(files.map(({ state }) => state), ["written", "written"]);
  assert.equal(await readFile(join(folder.root, "sluice.schema.json"), "utf8"), schema);
});

Deno.test("generate() says of each path what is wrong with it, in words and with its place", async () => {
  const long = "x".repeat(300);
  const table: [{ [key: string]: unknown }, string][] = [
    [{ output: "good.ts/x.gen.ts" }, 'Cannot write "good.ts/x.gen.ts": a part of the path is a file, not a folder'],
    [{ output: `${long}.gen.ts` }, `Cannot write "${long}.gen.ts": the path, or a part of it, is too long`],
    [{ output: "x\0.gen.ts" }, 'Cannot write "x\\u0000.gen.ts": the path holds a control character'],
    [{ schema: "folder.json" }, 'Cannot write "folder.json": it is a folder'],
    [{ include: [`${long}/*.ts`] }, 'Cannot look for the files of "include" in "'],
    [{ include: ["x\0/*.ts"] }, 'Cannot use "x\\u0000/*.ts" in "include": it holds a control character'],
    [{ include: ["{a,b}".repeat(22)] }, "its braces stand for more than 1000000 globs, wanted 256 at most"],
    [{ include: [] }, 'Cannot use "include" in sluice.json: the list is empty, wanted a glob'],
    [{ name: "*/ alert(1) /*" }, 'Cannot use "*/ alert(1) /*" as "name": wanted a package\'s name'],
    [{ name: "a\nb" }, 'Cannot use "a\\nb" as "name": wanted a package\'s name'],
    [{ runtime: '"; alert(1); "' }, 'Cannot use "\\"; alert(1); \\"" as "runtime": wanted what an import can name'],
    [
      { packages: ["./sluice.gen.ts"] },
      'Cannot use package "./sluice.gen.ts": it is the module that is generated here',
    ],
  ];
  for (const [config, wanted] of table) {
    await using folder = await tempPackage(GOOD, config);
    await mkdir(join(folder.root, "folder.json"));
    const { problems } = await folder.run();
    assert.equal(problems.length, 1, wanted);
    assert.match(problems[0], /^sluice\.json:1:\d+: error: /);
    assert.ok(problems[0].includes(wanted), `${problems[0]}\n${wanted}`);
  }
});

Deno.test("generate() refuses a key that is there twice, and reads a configuration with a byte-order mark", async () => {
  await using folder = await tempPackage(GOOD);
  await folder.write("sluice.json", '\uFEFF{ "name": "a", "include": ["*.ts"] }');
  assert.deepEqual((await folder.run()).problems, []);
  await folder.write("sluice.json", '{ "name": "a", "include": ["*.ts"], "name": "b" }');
  assert.deepEqual((await folder.run()).problems, [
    'sluice.json:1:37: error: Cannot use key "name" in sluice.json: it is there twice',
  ]);
});

Deno.test("generate() says so of an annotated file that is not UTF-8, and of one that is a recording", async () => {
  const utf16 = (text: string) =>
    new Uint8Array(new Uint16Array([...`\uFEFF${text}`].map((each) => each.charCodeAt(0))).buffer);
  const latin = Uint8Array.from([...`// \xe9\n${processorSource("Latin")}`].map((each) => each.charCodeAt(0)));
  await using folder = await tempPackage({
    ...GOOD,
    "wide.ts": utf16(processorSource("Wide")),
    "latin.ts": latin,
    "plain.ts": utf16("export const x = 1;"),
    "clip.ts": Uint8Array.from({ length: 188 * 64 }, (_, i) => i % 188 === 0 ? 0x47 : 0xff),
    "film.ts": new Uint8Array(17 * 2 ** 20),
  });
  const { nodeTypes, problems } = await folder.run();
  assert.deepEqual(nodeTypes, ["good"]);
  assert.deepEqual(problems, [
    "film.ts: warning: Cannot read the file: it has 17825792 bytes, wanted 16777216 at most",
    "latin.ts: error: Cannot read the file: it is not valid UTF-8",
    "wide.ts: error: Cannot read the file: it is UTF-16, wanted UTF-8",
  ]);
});

Deno.test("generate() tells a generated module of another package that is cut off from a file of a person", async () => {
  await using other = await tempPackage(GOOD);
  const whole = (await other.run()).files[0].text;
  const table: [string, string][] = [
    [whole.slice(0, whole.length / 2), '"other.gen.ts" is cut off, or was changed by hand'],
    ["export const x = 1;\n", '"other.gen.ts" was not made by the generator'],
  ];
  for (const [text, reason] of table) {
    await using folder = await tempPackage({ ...GOOD, "other.gen.ts": text }, { packages: ["./other.gen.ts"] });
    const { problems } = await folder.run();
    assert.equal(problems.length, 1);
    assert.ok(problems[0].endsWith(`Cannot use package "./other.gen.ts": ${reason}`), problems[0]);
  }
});
