import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderWatches } from "./folder_watches.ts";

/** Has the system refuse to watch anything, as it does when too much is watched, until it is disposed of. */
function noMoreWatches(): Disposable {
  const original = Deno.watchFs;
  Deno.watchFs = () => {
    throw new Error("too many watches");
  };
  return { [Symbol.dispose]: () => void (Deno.watchFs = original) };
}

Deno.test("FolderWatches tells again and again of a folder that cannot be watched, until it can", async () => {
  const top = await Deno.realPath(await mkdtemp(join(tmpdir(), "sluice-folders-")));
  for (const name of ["package", "shared"]) await mkdir(join(top, name));
  let told = 0;
  const toldTwice = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<string[]>();
  try {
    using watches = new FolderWatches(join(top, "package"), ({ paths }) => seen.resolve(paths), () => {
      if (++told === 2) toldTwice.resolve();
      if (told > 2) void writeFile(join(top, "shared/a.ts"), `${told}`);
    });
    {
      using _refused = noMoreWatches();
      assert.equal(watches.follow(new Map([["../shared", true]])), true);
      await toldTwice.promise;
    }
    assert.deepEqual(await seen.promise, [join(top, "shared/a.ts")]);
  } finally {
    await rm(top, { recursive: true });
  }
});
