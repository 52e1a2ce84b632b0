/** Holds `docs/dependencies.md` to what `deno.json`, `package.json` and `Cargo.toml` pin. */
import assert from "node:assert/strict";
import { listImports } from "../../tools/module_imports.ts";
import { ROOT } from "../../tools/root.ts";
import { listTypeScript } from "../../tools/source_files.ts";

const page = await Deno.readTextFile(new URL("../../docs/dependencies.md", import.meta.url));

/** Names to versions, from the rows `| name | version | licence | …` of the page. */
function listed(heading: "npm package" | "crate"): Record<string, string> {
  const found: Record<string, string> = {};
  let inTable = false;
  for (const line of page.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells.length < 4) inTable = false;
    else if (cells[2] === "version") inTable = cells[1] === heading;
    else if (inTable && !cells[1].startsWith("---")) found[cells[1]] = cells[2];
  }
  return found;
}

Deno.test("docs/dependencies.md lists the npm packages of deno.json and package.json with their exact versions", async () => {
  const imports = await npmImports();
  const { devDependencies } = await readJson("package.json");
  const pinned: Record<string, string> = {};
  for (const [name, specifier] of Object.entries<string>({ ...imports, ...devDependencies })) {
    const version = /^(?:npm:.+@)?(\d+\.\d+\.\d+)$/.exec(specifier)?.[1];
    assert.ok(version, `"${name}" is not pinned to an exact npm version: ${specifier}`);
    pinned[name] = version;
  }
  assert.deepEqual(sorted(listed("npm package")), sorted(pinned));
});

Deno.test("docs/dependencies.md lists the crates of Cargo.toml with their exact versions", async () => {
  const manifest = await Deno.readTextFile(new URL("../../Cargo.toml", import.meta.url));
  const section = manifest.split("[workspace.dependencies]\n")[1]?.split("\n[")[0] ?? "";
  const pinned: Record<string, string> = {};
  for (const line of section.split("\n")) {
    const [name, value] = line.split(/ = (.*)/);
    if (value === undefined || value.includes("path = ")) continue;
    const version = /"=(\d+\.\d+\.\d+)"/.exec(value)?.[1];
    assert.ok(version, `crate "${name}" is not pinned to an exact version: ${value}`);
    pinned[name] = version;
  }
  assert.ok(Object.keys(pinned).length > 0, "no crates found in Cargo.toml");
  assert.deepEqual(sorted(listed("crate")), sorted(pinned));
});

Deno.test("deno.json has only what published code imports: a project that links to a checkout installs all of it", async () => {
  const imports = await npmImports();
  const { publish } = await readJson("deno.json");
  const used = new Set<string>();
  for (const file of listTypeScript()) {
    const isPublished = publish.include.includes(file.split("/", 1)[0]) &&
      !/_(test|bench)\.ts$/.test(file);
    if (!isPublished) continue;
    for (const { specifier } of listImports(file, await Deno.readTextFile(ROOT + file))) {
      used.add(specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
    }
  }
  assert.deepEqual(Object.keys(imports).filter((name) => !used.has(name)), []);
});

/** The imports of `deno.json`, without the mark by which the command line knows the checkout's configuration. */
async function npmImports(): Promise<Record<string, string>> {
  const { "@sluice/checkout": _, ...imports } = (await readJson("deno.json")).imports;
  return imports;
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(ROOT + path));
}

function sorted(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
