import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "./generate.ts";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";
import { watch, type WatchRun } from "./watch.ts";

Deno.test("watch() runs anew when the imports of deno.json lead to another package", async () => {
  await using folder = await tempPackage({ "own/one.ts": processorSource("One") }, {
    include: ["own/*.ts"],
    packages: ["@example/other"],
  });
  for (const name of ["Two", "Three"]) {
    const inner = join(folder.root, name);
    await mkdir(inner);
    await writeFile(join(inner, "node.ts"), processorSource(name));
    const config = { include: ["*.ts"], name: "@example/other", runtime: "@sluice/sluice" };
    await writeFile(join(inner, "sluice.json"), JSON.stringify(config));
    assert.deepEqual((await generate({ configPath: join(inner, "sluice.json") })).diagnostics, []);
  }
  const lead = async (name: string) => {
    const map = { imports: { "@example/other": `./${name}/sluice.gen.ts` } };
    await writeFile(join(folder.root, "deno.json.part"), JSON.stringify(map));
    await rename(join(folder.root, "deno.json.part"), join(folder.root, "deno.json"));
  };
  await lead("Two");
  const stop = new AbortController();
  const runs: WatchRun[] = [];
  await watch(folder, (run) => {
    runs.push(run);
    if (runs.length === 1) void lead("Three");
    else stop.abort();
  }, stop.signal);
  assert.deepEqual(runs.map(({ changed }) => changed), [[], ["deno.json"]]);
  const schemas = runs.map(({ result }) => result.files[1].text);
  assert.deepEqual(schemas.map((text) => /"(two|three)"/.exec(text)?.[1]), ["two", "three"]);
});
