import assert from "node:assert/strict";
import fc from "fast-check";
import { type DocBlock, parseDoc, parseSpans } from "./doc_text.ts";

function textOf(blocks: readonly DocBlock[]): string {
  return blocks.map((block) => block.kind === "code" ? block.text : block.spans.map(({ text }) => text).join("")).join(
    "",
  );
}

Deno.test("parseDoc() finds paragraphs, lists and blocks of code", () => {
  assert.deepEqual(parseDoc("**Purpose.** Reads\n`gainDb`.\n\n- one\n- two\n```json\n{ }\n```"), [
    {
      kind: "paragraph",
      spans: [
        { style: "strong", text: "Purpose." },
        { style: "plain", text: " Reads " },
        { style: "code", text: "gainDb" },
        { style: "plain", text: "." },
      ],
    },
    { kind: "item", spans: [{ style: "plain", text: "one" }] },
    { kind: "item", spans: [{ style: "plain", text: "two" }] },
    { kind: "code", text: "{ }" },
  ]);
});

Deno.test("parseDoc() leaves markup of any other kind as it was written", () => {
  const hostile = "<img src=x onerror=alert(1)> [link](javascript:alert(1)) <script>";
  assert.deepEqual(parseDoc(hostile), [{ kind: "paragraph", spans: [{ style: "plain", text: hostile }] }]);
});

Deno.test("parseDoc() keeps a block of code that is never closed", () => {
  assert.deepEqual(parseDoc("```\nrest"), [{ kind: "code", text: "rest" }]);
});

Deno.test("parseDoc() ends a block of code at marks that stand alone, and begins none at marks within a line", () => {
  assert.deepEqual(parseDoc("```ts\n```js\n  ``` \nafter"), [
    { kind: "code", text: "```js" },
    { kind: "paragraph", spans: [{ style: "plain", text: "after" }] },
  ]);
  assert.deepEqual(parseDoc("```a``\nb").map(({ kind }) => kind), ["paragraph"]);
});

Deno.test("parseDoc() loses no word of any text but the names of languages, whatever its marks", () => {
  const words = fc.array(fc.constantFrom("word", "`", "**", "*", "\n", " ", "- ", "<b>", "\n\n"), { maxLength: 40 });
  fc.assert(fc.property(words, (parts) => {
    const text = parts.join("");
    fc.pre(!/^\s*```[^`]*word/m.test(text));
    const count = (all: string) => all.split("word").length;
    assert.equal(count(textOf(parseDoc(text))), count(text));
  }));
});

Deno.test("parseSpans() and parseDoc() take a long hostile text in bounded time", () => {
  assert.ok(textOf(parseDoc("`".repeat(1e6))).length <= 20_000);
  assert.deepEqual(parseSpans("**"), [{ style: "plain", text: "**" }]);
});
