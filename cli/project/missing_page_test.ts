import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { buildMissingPage } from "./missing_page.ts";

/** Tells what building the page in a folder with this builder says, and then what is asked of it again. */
async function linesWith(builder: string | undefined): Promise<{ first: string[]; again: string[]; page?: string }> {
  const folder = await Deno.makeTempDir({ prefix: "sluice page #" });
  try {
    await Deno.mkdir(`${folder}/tools`);
    if (builder !== undefined) await Deno.writeTextFile(`${folder}/tools/build_web.ts`, builder);
    const root = pathToFileURL(`${folder}/`);
    const [first, again]: [string[], string[]] = [[], []];
    await buildMissingPage((line) => first.push(line), root);
    const page = await Deno.readTextFile(`${folder}/web/dist/index.html`).catch(() => undefined);
    await buildMissingPage((line) => again.push(line), root);
    return { first, again, page };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("buildMissingPage() builds the page of a checkout once, and says so", async () => {
  const builder =
    `await Deno.mkdir("web/dist", { recursive: true }); await Deno.writeTextFile("web/dist/index.html", "built");`;
  const { first, again, page } = await linesWith(builder);
  assert.deepEqual(first, ["Building the page, which this checkout lacks"]);
  assert.equal(page, "built");
  assert.deepEqual(again, []);
});

Deno.test("buildMissingPage() says why the page cannot be built", async () => {
  const { first } = await linesWith(`console.error("no Vite here"); Deno.exit(1);`);
  assert.deepEqual(first, [
    "Building the page, which this checkout lacks",
    'note: Cannot build the page: no Vite here; run "deno task build:web" to see more',
  ]);
});

Deno.test("buildMissingPage() does nothing where there is nothing to build the page with", async () => {
  assert.deepEqual((await linesWith(undefined)).first, []);
  const lines: string[] = [];
  await buildMissingPage((line) => lines.push(line), new URL("https://example.org/sluice/"));
  assert.deepEqual(lines, []);
});
