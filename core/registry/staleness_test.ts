import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../errors.ts";
import type { NodePackage } from "./node_type.ts";
import { describeStaleSources, findStaleSources, hashSource, loadNodePackage, type StaleSource } from "./staleness.ts";

/** Runs a test in an empty folder. */
async function inFolder(test: (folder: string, url: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await test(folder, pathToFileURL(`${folder}/sluice.gen.ts`).href);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function packageOf(url: string, sources: Record<string, string>): NodePackage {
  return { name: "@example/x", url, nodes: [], sources };
}

function changed(...paths: string[]): StaleSource[] {
  return paths.map((path) => ({ path, isMissing: false }));
}

Deno.test("hashSource() does not depend on line ends or a byte-order mark", async () => {
  assert.equal(await hashSource("a\nb\n"), await hashSource("\uFEFFa\r\nb\r\n"));
  assert.notEqual(await hashSource("a\nb\n"), await hashSource("a\nc\n"));
  assert.match(await hashSource(""), /^[0-9a-f]{16}$/);
});

Deno.test("findStaleSources() names the files that changed or went", async () => {
  await inFolder(async (folder, url) => {
    await Deno.mkdir(`${folder}/sub dir`);
    await Deno.writeTextFile(`${folder}/same.ts`, "same\r\n");
    await Deno.writeTextFile(`${folder}/sub dir/changed.ts`, "new\n");
    const sources = {
      "sub dir/changed.ts": await hashSource("old\n"),
      "same.ts": await hashSource("same\n"),
      "gone.ts": await hashSource(""),
    };
    assert.deepEqual(await findStaleSources(packageOf(url, sources)), [
      { path: "gone.ts", isMissing: true },
      { path: "sub dir/changed.ts", isMissing: false },
    ]);
  });
});

Deno.test("findStaleSources() finds nothing for a package that is not on a file system", async () => {
  const sources = { "gone.ts": await hashSource("") };
  assert.deepEqual(await findStaleSources(packageOf("https://example.org/x/sluice.gen.ts", sources)), []);
});

Deno.test("describeStaleSources() names the package, the files and the command", () => {
  const pkg = packageOf("file:///x/sluice.gen.ts", {});
  assert.equal(
    describeStaleSources(pkg, changed("a.ts")),
    `Generated code of package "@example/x" is stale: "a.ts" has changed since it was made; ` +
      `run "deno task codegen" (or "sluice codegen")`,
  );
  assert.equal(
    describeStaleSources(pkg, changed("a.ts", "b.ts", "c.ts", "d.ts", "e.ts")),
    `Generated code of package "@example/x" is stale: "a.ts", "b.ts", "c.ts" and 2 more have changed since it was ` +
      `made; run "deno task codegen" (or "sluice codegen")`,
  );
});

Deno.test("describeStaleSources() says that a file is missing, and what to do", () => {
  const pkg = packageOf("file:///x/sluice.gen.ts", {});
  const stale = 'Generated code of package "@example/x" is stale: ';
  const codegen = 'run "deno task codegen" (or "sluice codegen")';
  assert.equal(
    describeStaleSources(pkg, [{ path: "a.ts", isMissing: true }]),
    `${stale}"a.ts" is missing, which it was made from; put it back, or ${codegen} to go on without it`,
  );
  assert.equal(
    describeStaleSources(pkg, [...changed("a.ts"), ...["b.ts", "c.ts"].map((path) => ({ path, isMissing: true }))]),
    `${stale}"a.ts" has changed since it was made, and "b.ts", "c.ts" are missing, which it was made from; ` +
      `put them back, or ${codegen} to go on without them`,
  );
});

Deno.test("loadNodePackage() gives the package of a generated module", async () => {
  await inFolder(async (folder, url) => {
    await Deno.writeTextFile(`${folder}/sluice.gen.ts`, `export const nodePackage = { name: "x", nodes: [] };\n`);
    assert.equal((await loadNodePackage(url)).name, "x");
  });
});

Deno.test("loadNodePackage() names the command when the module is missing", async () => {
  await inFolder(async (_, url) => {
    await assert.rejects(loadNodePackage(url), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(error.code, "InvalidGraph");
      assert.equal(
        error.message,
        `Cannot load node types from "${url}": the file does not exist; ` +
          `run "deno task codegen" (or "sluice codegen") to make it`,
      );
      return true;
    });
  });
});

Deno.test("loadNodePackage() passes on that a module which it imports is missing", async () => {
  await inFolder(async (folder, url) => {
    await Deno.writeTextFile(`${folder}/sluice.gen.ts`, `import "./gone.ts";\n`);
    await assert.rejects(
      loadNodePackage(url),
      (error) => !(error instanceof SluiceError) && /gone\.ts/.test(String(error)),
    );
  });
});

Deno.test("loadNodePackage() refuses a module that the generator did not make", async () => {
  await inFolder(async (folder, url) => {
    await Deno.writeTextFile(`${folder}/sluice.gen.ts`, "export const nothing = 1;\n");
    await assert.rejects(loadNodePackage(url), /it does not export "nodePackage", so the generator did not make it/);
  });
});
