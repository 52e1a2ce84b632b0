import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SluiceError } from "../errors.ts";
import { collectNodes } from "./registry_file.ts";
import { assertNodeRegistered } from "../../testing/registry_asserts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("collectNodes() registers every class that a file of the standard processors annotates", async () => {
  const registry = await collectNodes(join(ROOT, "sluice.json"));
  let found = 0;
  for await (const path of filesUnder(join(ROOT, "processors"))) {
    const text = await Deno.readTextFile(path);
    for (const [, className] of text.matchAll(/^@processor\([^]*?\)\s+export class (\w+)/gm)) {
      const descriptor = registry.list().map((each) => each.descriptor).find((each) => each.className === className);
      assert.ok(descriptor !== undefined, `${className} of ${path} is not registered`);
      assertNodeRegistered(registry, descriptor.type);
      found++;
    }
  }
  assert.ok(found >= 10);
  const stages = registry.list().filter(({ descriptor }) => descriptor.lane === "native");
  assert.equal(registry.listNodeTypes().length, found + stages.length);
});

Deno.test("collectNodes() takes the node types of the packages that are listed", async () => {
  const registry = await collectNodes(join(ROOT, "codegen/testdata/accepted/other_package/sluice.json"));
  assert.deepEqual(registry.listNodeTypes(), ["gain", "pass"]);
  assert.equal(registry.getMetadata("gain").package, "@example/two-ports");
  assert.equal(registry.getMetadata("pass").package, "@example/other-package");
});

Deno.test("collectNodes() refuses a package whose generated module is missing or stale", async () => {
  const source = join(ROOT, "codegen/testdata/accepted/two_ports");
  const folder = await mkdtemp(join(dirname(source), ".stale-")).catch(() => mkdtemp(join(tmpdir(), "stale-")));
  try {
    await cp(source, folder, { recursive: true });
    await writeFile(join(folder, "gain.ts"), "// changed\n");
    await assert.rejects(collectNodes(join(folder, "sluice.json")), {
      code: "InvalidGraph",
      message:
        /^Cannot collect nodes: Generated code of package "@example\/two-ports" is stale: "gain\.ts" has changed/,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

Deno.test("collectNodes() says where there is no configuration, or where in it the mistake is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-collect-"));
  const path = join(folder, "sluice.json");
  const refused = (message: string, place?: object) =>
    assert.rejects(collectNodes(path), (error: SluiceError) => {
      assert.deepEqual([error.code, error.message, error.place], ["InvalidGraph", message, place]);
      return true;
    });
  try {
    await refused(`Cannot collect nodes: there is no file "${path}"; name the sluice.json of a package`);
    for (
      const [text, line, column, found] of [
        ['{\n  "include": ["*.ts"]\n  "name": "x"\n}', 3, 3, "the file is no JSON object; correct its syntax"],
        ["\n []", 2, 2, "the file is no JSON object; correct its syntax"],
        ['{ "output": 3 }', 1, 13, '"output" is not text; give the path of the generated module'],
      ] as const
    ) {
      await writeFile(path, text);
      await refused(`${path}:${line}:${column}: Cannot collect nodes: ${found}`, { file: path, line, column });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function* filesUnder(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesUnder(path);
    else if (path.endsWith(".ts") && !/_test\.ts$/.test(path)) yield path;
  }
}
