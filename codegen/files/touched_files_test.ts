import assert from "node:assert/strict";
import { chmod, lutimes, rm, stat, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { tempPackage } from "../fixtures/temp_package.ts";
import { TouchedFiles } from "./touched_files.ts";

/** When the files of these tests are written, milliseconds since 1970. */
const WRITTEN_MS = 1_600_000_000_500;

/** One file, written at a time, and looks at it at others. */
async function looking(files: { readonly [path: string]: string } = { "a.ts": "1" }) {
  const folder = await tempPackage(files);
  let nowMs = 0;
  const touched = new TouchedFiles(folder.root, () => nowMs);
  const date = (path: string, ms: number) => utimes(join(folder.root, path), ms / 1_000, ms / 1_000);
  for (const path of Object.keys(files)) await date(path, WRITTEN_MS);
  return {
    at: (path: string) => join(folder.root, path),
    date,
    write: async (path: string, text: string, ms: number) => {
      await folder.write(path, text);
      await date(path, ms);
    },
    look: async (ms: number, ...paths: string[]) => {
      nowMs = ms;
      return await touched.among(paths.length === 0 ? ["a.ts"] : paths);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("TouchedFiles.among() names what was touched since the last look, also if its text is the same", async () => {
  await using files = await looking({ "a.ts": "1", "b.ts": "1" });
  assert.deepEqual(await files.look(WRITTEN_MS + 20, "a.ts", "b.ts"), ["a.ts", "b.ts"]);
  assert.deepEqual(await files.look(WRITTEN_MS + 30, "a.ts", "b.ts"), []);
  await files.write("a.ts", "1", WRITTEN_MS + 40);
  assert.deepEqual(await files.look(WRITTEN_MS + 60, "a.ts", "b.ts"), ["a.ts"]);
  assert.deepEqual(await files.look(WRITTEN_MS + 60, "a.ts", "b.ts"), []);
});

Deno.test("TouchedFiles.among() names a file again that was written just before the last look", async () => {
  await using files = await looking();
  assert.deepEqual(await files.look(WRITTEN_MS + 14), ["a.ts"]);
  assert.deepEqual(await files.look(WRITTEN_MS + 15), ["a.ts"]);
  assert.deepEqual(await files.look(WRITTEN_MS + 16), []);
  // As of a file system that counts in two seconds.
  const coarseMs = WRITTEN_MS + 1_500;
  await files.date("a.ts", coarseMs);
  assert.deepEqual(await files.look(coarseMs + 1_999), ["a.ts"]);
  assert.deepEqual(await files.look(coarseMs + 2_000), ["a.ts"]);
  assert.deepEqual(await files.look(coarseMs + 2_001), []);
});

Deno.test("TouchedFiles.among() names what may be read again, what leads elsewhere, and always what is not there", async () => {
  await using files = await looking({ "a.ts": "1", "b.ts": "2" });
  const laterMs = WRITTEN_MS + 1_000;
  await files.look(laterMs);
  const { mode } = await stat(files.at("a.ts"));
  await chmod(files.at("a.ts"), mode ^ 0o100);
  assert.deepEqual(await files.look(laterMs), ["a.ts"]);

  const lead = async (target: string, ms: number) => {
    await rm(files.at("link.ts"), { force: true });
    await symlink(target, files.at("link.ts"));
    await lutimes(files.at("link.ts"), ms / 1_000, ms / 1_000);
    return await files.look(laterMs, "link.ts");
  };
  assert.deepEqual(await lead("a.ts", WRITTEN_MS), ["link.ts"]);
  assert.deepEqual(await files.look(laterMs, "link.ts"), []);
  assert.deepEqual(await lead("a.ts", WRITTEN_MS + 1), ["link.ts"]);
  assert.deepEqual(await lead("b.ts", WRITTEN_MS + 1), ["link.ts"]);
  await files.date("b.ts", WRITTEN_MS + 2);
  assert.deepEqual(await files.look(laterMs, "link.ts"), ["link.ts"]);

  await rm(files.at("a.ts"));
  for (let looks = 0; looks < 2; looks++) assert.deepEqual(await files.look(laterMs), ["a.ts"]);
});
