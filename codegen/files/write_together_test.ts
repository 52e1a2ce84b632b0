import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processorSource, tempPackage } from "../fixtures/temp_package.ts";
import { WriteFailure, writeTogether } from "./write_together.ts";

async function folderWith(files: { readonly [path: string]: string }) {
  const root = await mkdtemp(join(tmpdir(), "sluice-write-"));
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  return {
    at: (path: string) => join(root, path),
    list: async () => (await readdir(root, { recursive: true })).sort(),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

Deno.test("writeTogether() writes files, replaces others, and makes the folders that it needs", async () => {
  await using folder = await folderWith({ "a.txt": "old" });
  await writeTogether([{ path: folder.at("a.txt"), text: "new" }, { path: folder.at("b/c/d.txt"), text: "d" }]);
  assert.deepEqual(await folder.list(), ["a.txt", "b", join("b", "c"), join("b", "c", "d.txt")]);
  assert.equal(await readFile(folder.at("a.txt"), "utf8"), "new");
});

Deno.test("writeTogether() writes nothing if one file finds no place", async () => {
  await using folder = await folderWith({ "a.txt": "old", "file": "" });
  const files = ["a.txt", "b/c/d.txt", "file/e.txt"].map((path) => ({ path: folder.at(path), text: "new" }));
  await assert.rejects(writeTogether(files), (error) => {
    assert.ok(error instanceof WriteFailure);
    assert.deepEqual([error.path, error.left], [folder.at("file/e.txt"), []]);
    return true;
  });
  assert.deepEqual(await folder.list(), ["a.txt", "file"]);
  assert.equal(await readFile(folder.at("a.txt"), "utf8"), "old");
});

Deno.test("writeTogether() puts back what it has replaced if a later file cannot be renamed", async () => {
  await using folder = await folderWith({ "a.txt": "old" });
  const files = ["a.txt", "b.txt", "c", "c/d.txt"].map((path) => ({ path: folder.at(path), text: "new" }));
  await assert.rejects(writeTogether(files), { name: "WriteFailure", path: folder.at("c"), left: [] });
  assert.deepEqual(await folder.list(), ["a.txt"]);
  assert.equal(await readFile(folder.at("a.txt"), "utf8"), "old");
});

Deno.test("WriteFailure says what can be done about a disk that is full or can only be read", () => {
  const mendOf = (code: string) => new WriteFailure("/a", Object.assign(new Error(code), { code }), []);
  assert.deepEqual(
    ["ENOSPC", "EROFS", "EACCES", "EISDIR"].map(mendOf).map(({ message, mend }) => [message, mend]),
    [
      ['Cannot write "/a": the disk is full', "make room on the disk"],
      ['Cannot write "/a": the file system can only be read', "use a folder that can be written"],
      ['Cannot write "/a": permission denied', "allow writing there"],
      ['Cannot write "/a": it is a folder', undefined],
    ],
  );
});

Deno.test("generate() writes neither of two files if one cannot be written", async () => {
  await using folder = await tempPackage(
    { "good.ts": processorSource("Good") },
    { output: "x.gen.ts", schema: "x.gen.ts/graph.json" },
  );
  const { files, problems } = await folder.run();
  assert.deepEqual(files, []);
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^sluice\.json:1:\d+: error: Cannot write "x\.gen\.ts": /);
  assert.deepEqual((await readdir(folder.root)).sort(), ["good.ts", "sluice.json"]);
});
