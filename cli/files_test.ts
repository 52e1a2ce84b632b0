import assert from "node:assert/strict";
import { statOutputFiles } from "./files.ts";

Deno.test("statOutputFiles() tells complete, partial and missing files apart", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.wav`, "12345");
    await Deno.writeTextFile(`${folder}/b.wav.partial`, "123");
    // A run that failed leaves the file of an earlier run in peace.
    await Deno.writeTextFile(`${folder}/c.wav`, "1");
    await Deno.writeTextFile(`${folder}/c.wav.partial`, "12");
    const files = ["a", "b", "c", "d"].map((name) => ({ nodeId: name, path: `${folder}/${name}.wav` }));
    assert.deepEqual(await statOutputFiles(files), [
      { nodeId: "a", path: `${folder}/a.wav`, state: "complete", bytes: 5 },
      { nodeId: "b", path: `${folder}/b.wav.partial`, state: "partial", bytes: 3 },
      { nodeId: "c", path: `${folder}/c.wav.partial`, state: "partial", bytes: 2 },
      { nodeId: "d", path: `${folder}/d.wav`, state: "missing" },
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
