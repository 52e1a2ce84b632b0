import assert from "node:assert/strict";
import { mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { savedSince, stampOf } from "./source_stamps.ts";

Deno.test("savedSince() tells a file that was moved to its place, also in the second of the time", async () => {
  const root = await mkdtemp(join(tmpdir(), "sluice-stamps-"));
  try {
    for (const name of ["moved.part", "old.ts"]) {
      await writeFile(join(root, name), "1");
      await utimes(join(root, name), 1_000, 1_000);
    }
    await rename(join(root, "moved.part"), join(root, "moved.ts"));
    const { ctimeMs } = await stat(join(root, "moved.ts"));
    const second = Math.floor(ctimeMs / 1_000) * 1_000;
    assert.deepEqual(await savedSince(root, ["moved.ts", "absent.ts"], second + 999), ["moved.ts"]);
    assert.deepEqual(await savedSince(root, ["moved.ts"], second + 1_000), []);

    // Written in that second, and before the time.
    await utimes(join(root, "old.ts"), (second + 400) / 1_000, (second + 400) / 1_000);
    const { ctimeMs: oldMs } = await stat(join(root, "old.ts"));
    if (oldMs === second) assert.deepEqual(await savedSince(root, ["old.ts"], second + 500), []);
    assert.deepEqual(await savedSince(root, ["old.ts"], second + 300), ["old.ts"]);
  } finally {
    await rm(root, { recursive: true });
  }
});

Deno.test("stampOf() finds no file behind a link that leads to itself, and one behind a link to a file", async () => {
  const root = await mkdtemp(join(tmpdir(), "sluice-stamps-"));
  try {
    const link = join(root, "link.ts");
    await symlink("link.ts", link);
    assert.equal(stampOf(link), undefined);
    assert.equal(stampOf(join(root, "absent.ts")), undefined);
    await rm(link);
    await symlink("real.ts", link);
    await writeFile(join(root, "real.ts"), "1");
    assert.notEqual(stampOf(link), undefined);
  } finally {
    await rm(root, { recursive: true });
  }
});
