import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

Deno.test("docs/generator.md shows what the test data holds", async () => {
  const text = await Deno.readTextFile(new URL("docs/generator.md", ROOT));
  const quoted = [...text.matchAll(/<!-- (\S+) -->\n+```\w+\n([^]*?)\n```/g)];
  assert.equal(quoted.length, 11);
  for (const [, path, block] of quoted) {
    const source = await Deno.readTextFile(new URL(path, ROOT));
    assert.ok(unindent(source).includes(unindent(block)), `${path} does not hold:\n${block}`);
  }
});

Deno.test("docs/generator.md lists every doc tag and every key of sluice.json", async () => {
  const text = await Deno.readTextFile(new URL("docs/generator.md", ROOT));
  const comment = await Deno.readTextFile(new URL("codegen/scan/doc_comment.ts", ROOT));
  const tags = [...comment.split("] as const")[0].matchAll(/^ {2}"(\w+)",$/gm)].map((match) => match[1]);
  assert.ok(tags.length > 10);
  for (const tag of tags) assert.ok(text.includes(`@${tag}`), tag);
  for (const key of Object.keys(JSON.parse(await Deno.readTextFile(new URL("sluice.json", ROOT))))) {
    assert.ok(text.includes(`| \`${key}\``), key);
  }
});

/** A page shows part of a class without the indentation that it has there. */
function unindent(text: string): string {
  return text.replace(/^ +/gm, "");
}
