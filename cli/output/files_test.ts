import assert from "node:assert/strict";
import { snapshotFiles, statOutputFiles } from "./files.ts";

Deno.test("statOutputFiles() tells complete, partial and missing files apart", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.wav`, "12345");
    await Deno.writeTextFile(`${folder}/b.wav.partial`, "123");
    // A run that failed leaves the file of an earlier run in peace.
    await Deno.writeTextFile(`${folder}/c.wav`, "1");
    await Deno.writeTextFile(`${folder}/c.wav.partial`, "12");
    const files = ["a", "b", "c", "d"].map((name) => ({ nodeId: name, path: `${folder}/${name}.wav` }));
    assert.deepEqual(await statOutputFiles(files, new Map()), [
      { nodeId: "a", path: `${folder}/a.wav`, state: "complete", bytes: 5 },
      { nodeId: "b", path: `${folder}/b.wav.partial`, state: "partial", bytes: 3 },
      { nodeId: "c", path: `${folder}/c.wav.partial`, state: "partial", bytes: 2 },
      { nodeId: "d", path: `${folder}/d.wav`, state: "missing" },
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("statOutputFiles() tells files that lay there before the run from those that it wrote", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = ["old", "replaced", "renewed", "crashed", "fresh"];
    const files = names.map((name) => ({ nodeId: name, path: `${folder}/${name}.wav` }));
    for (const name of ["old", "replaced", "renewed"]) await Deno.writeTextFile(`${folder}/${name}.wav`, "12345");
    await Deno.writeTextFile(`${folder}/crashed.wav.partial`, "123");
    const long = new Date(1_000_000);
    for (const name of ["old.wav", "replaced.wav", "renewed.wav", "crashed.wav.partial"]) {
      await Deno.utime(`${folder}/${name}`, long, long);
    }
    const before = await snapshotFiles(files);
    await Deno.writeTextFile(`${folder}/replaced.wav.partial`, "54321");
    await Deno.utime(`${folder}/replaced.wav.partial`, long, long);
    await Deno.rename(`${folder}/replaced.wav.partial`, `${folder}/replaced.wav`);
    await Deno.writeTextFile(`${folder}/renewed.wav`, "67890");
    await Deno.writeTextFile(`${folder}/fresh.wav`, "1");
    assert.deepEqual((await statOutputFiles(files, before)).map(({ nodeId, state }) => [nodeId, state]), [
      ["old", "untouched"],
      ["replaced", "complete"],
      ["renewed", "complete"],
      ["crashed", "missing"],
      ["fresh", "complete"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("statOutputFiles() tells of what later runs have written beside a file, and of nothing older", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = [{ nodeId: "a", path: `${folder}/a.wav` }];
    await Deno.writeTextFile(`${folder}/a-2.wav`, "older");
    const before = await snapshotFiles(files);
    for (const name of ["a.wav", "a-3.wav", "a-4.wav.partial", "a-6.wav"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "123");
    }
    assert.deepEqual((await statOutputFiles(files, before)).map(({ path, state }) => [path, state]), [
      [`${folder}/a.wav`, "complete"],
      [`${folder}/a-3.wav`, "complete"],
      [`${folder}/a-4.wav.partial`, "partial"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
