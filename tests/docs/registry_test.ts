/** Holds `docs/registry.md` to the calls that are there. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const page = await Deno.readTextFile(`${ROOT}docs/registry.md`);

Deno.test("docs/registry.md names every call of the builder, every assertion and every member of a registry", async () => {
  const read = (path: string) => Deno.readTextFile(ROOT + path);
  const methods = (text: string) =>
    [...text.matchAll(/^ {2}(?!constructor)([a-z]\w*)\(.*\{$/gm)].map((match) => match[1]);
  const [, registry, builder] = (await read("core/registry/node_registry.ts")).split(/^export class \w+/m).map(methods);
  assert.deepEqual(builder, ["node", "nodeWith", "nodes", "nodeIf", "build"]);
  for (const name of builder) assert.ok(page.includes(`\`.${name}(`), name);
  for (const name of registry) assert.ok(page.includes(`\`${name}(`), name);
  const asserts = [...(await read("testing.ts")).matchAll(/assertNode\w+/g)].map(([name]) => name);
  assert.ok(asserts.length >= 3);
  for (const name of asserts) assert.ok(page.includes(name), name);
});
