import assert from "node:assert/strict";
import { VALUE_TAGS } from "./scan/known_tags.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("docs/generator.md shows what the test data holds", async () => {
  const text = await Deno.readTextFile(new URL("docs/generator.md", ROOT));
  const quoted = [...text.matchAll(/<!-- (\S+) -->\n+```\w+\n([^]*?)\n```/g)];
  assert.equal(quoted.length, 9);
  for (const [, path, block] of quoted) {
    const source = await Deno.readTextFile(new URL(path, ROOT));
    assert.ok(unindent(source).includes(unindent(block)), `${path} does not hold:\n${block}`);
  }
});

Deno.test("docs/generator.md lists every doc tag and every key of sluice.json", async () => {
  const text = await Deno.readTextFile(new URL("docs/generator.md", ROOT));
  for (const tag of VALUE_TAGS) assert.ok(text.includes(`@${tag}`), tag);
  for (const key of Object.keys(JSON.parse(await Deno.readTextFile(new URL("sluice.json", ROOT))))) {
    assert.ok(text.includes(`| \`${key}\``), key);
  }
});

/** A page shows part of a class without the indentation that it has there. */
function unindent(text: string): string {
  return text.replace(/^ +/gm, "");
}
