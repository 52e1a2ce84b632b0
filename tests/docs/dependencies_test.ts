/** Holds `docs/dependencies.md` to what `deno.json` and `Cargo.toml` pin. */
import assert from "node:assert/strict";

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

Deno.test("docs/dependencies.md lists the npm packages of deno.json with their exact versions", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const pinned: Record<string, string> = {};
  for (const [name, specifier] of Object.entries<string>(imports)) {
    const version = /^npm:.+@(\d+\.\d+\.\d+)$/.exec(specifier)?.[1];
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

function sorted(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
