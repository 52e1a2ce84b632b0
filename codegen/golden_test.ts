/**
 * Each folder of `testdata/accepted` holds classes and the files that are generated from them; each of
 * `testdata/refused` holds what is refused, and the message in `expected.txt`. With `SLUICE_UPDATE_GOLDEN=1` the
 * expected files are written anew, for a person to read the difference. Their schemas are without Sluice's own node
 * types, so that they stay as they are when a processor changes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDiagnostic } from "./diagnostics.ts";
import { generate } from "./generate.ts";

const TESTDATA = fileURLToPath(new URL("./testdata", import.meta.url));
const UPDATE = Deno.env.get("SLUICE_UPDATE_GOLDEN") === "1";

for (const name of cases("accepted")) {
  Deno.test(`generate() accepts ${name}`, async () => {
    const folder = join(TESTDATA, "accepted", name);
    const result = await generate({ configPath: join(folder, "sluice.json"), check: !UPDATE, standard: [] });
    assert.deepEqual(result.diagnostics.map(formatDiagnostic), []);
    assert.ok(result.files.length >= 2);
    for (const { path, text } of result.files) assert.equal(text, readFileSync(join(folder, path), "utf8"), path);
  });
}

for (const name of cases("refused")) {
  Deno.test(`generate() refuses ${name}`, async () => {
    const folder = join(TESTDATA, "refused", name);
    const before = readdirSync(folder, { recursive: true });
    const result = await generate({ configPath: join(folder, "sluice.json"), check: true });
    const found = `${result.diagnostics.map(formatDiagnostic).join("\n\n").replaceAll(folder, "FOLDER")}\n`;
    if (UPDATE) writeFileSync(join(folder, "expected.txt"), found);
    assert.notEqual(result.diagnostics.length, 0);
    assert.equal(found, readFileSync(join(folder, "expected.txt"), "utf8"));
    if (!UPDATE) assert.deepEqual(readdirSync(folder, { recursive: true }), before);
  });
}

// The gate "types" has the type checker look at it.
Deno.test("generate() writes code that passes deno lint with no suppressions", async () => {
  const accepted = join(TESTDATA, "accepted");
  const generated = readdirSync(accepted, { recursive: true }).map(String).filter((path) => path.endsWith(".gen.ts"));
  assert.ok(generated.length >= cases("accepted").length);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["lint", ...generated],
    cwd: accepted,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("testdata has at least 25 folders of what is accepted, and of what is refused", () => {
  assert.ok(cases("accepted").length >= 25);
  assert.ok(cases("refused").length >= 25);
});

function cases(kind: "accepted" | "refused"): string[] {
  return readdirSync(join(TESTDATA, kind)).sort();
}
