import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findFiles } from "./find_files.ts";

const FILES = [
  "a.ts",
  "a_test.ts",
  "a.gen.ts",
  "types.d.ts",
  "b.js",
  "sub/b.ts",
  "sub/deep/c.ts",
  "node_modules/p/d.ts",
  ".hidden/e.ts",
];

/** The files found in a folder with {@linkcode FILES}. */
async function find(include: string[], exclude: string[] = [], from = ""): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const file of FILES) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), "");
    }
    return await findFiles(join(root, from), include, exclude);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("findFiles() finds TypeScript files at every depth, sorted, without tests, declarations and generated ones", async () => {
  assert.deepEqual(await find(["**/*.ts"]), ["a.ts", "sub/b.ts", "sub/deep/c.ts"]);
});

Deno.test("findFiles() finds each file once, though several globs match it", async () => {
  assert.deepEqual(await find(["sub/**/*.ts", "./sub/b.ts", "sub/deep/*.ts"]), ["sub/b.ts", "sub/deep/c.ts"]);
});

Deno.test("findFiles() leaves out what is excluded", async () => {
  assert.deepEqual(await find(["**/*.ts"], ["sub/deep/**"]), ["a.ts", "sub/b.ts"]);
});

Deno.test("findFiles() looks outside the folder, too, and names what is inside it without the way round", async () => {
  assert.deepEqual(await find(["../**/*.ts"], [], "sub"), ["../a.ts", "b.ts", "deep/c.ts"]);
  assert.deepEqual(await find(["../../*.ts", "../*.ts", "**/*.ts"], [], "sub/deep"), ["../../a.ts", "../b.ts", "c.ts"]);
  assert.deepEqual(await find(["../**/*.ts"], ["deep/**"], "sub"), ["../a.ts", "b.ts"]);
});

Deno.test("findFiles() finds nothing in a folder that does not exist", async () => {
  assert.deepEqual(await find(["nowhere/**/*.ts", "a.ts/*.ts"]), []);
});
