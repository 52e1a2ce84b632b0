/** Does what `docs/registry.md` says, in the README's project. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const page = await Deno.readTextFile(`${ROOT}docs/registry.md`);
const readme = await Deno.readTextFile(`${ROOT}README.md`);

async function deno(folder: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `deno ${args.join(" ")}: ${text}${errors}`);
  return text;
}

Deno.test("docs/registry.md's registries and tests work in a project as the README lays it out", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_registry_" });
  try {
    const files = [...page.matchAll(/^<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)^```$/gm)];
    assert.equal(files.length, 2);
    for (const [, name, text] of files) await Deno.writeTextFile(`${folder}/${name}`, text);
    const [fader] = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
    const [denoJson, sluiceJson] = [...readme.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
    await Deno.writeTextFile(`${folder}/fader.ts`, fader);
    await Deno.writeTextFile(`${folder}/deno.json`, denoJson.replaceAll("../sluice", ROOT.replace(/\/$/, "")));
    await Deno.writeTextFile(`${folder}/sluice.json`, sluiceJson);
    await deno(folder, ["task", "codegen"]);
    assert.match(await deno(folder, ["test", "-A"]), /^ok \| 2 passed \| 0 failed/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

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
