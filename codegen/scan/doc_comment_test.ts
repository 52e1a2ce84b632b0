import assert from "node:assert/strict";
import { firstSentence, parseDocComment } from "./doc_comment.ts";

Deno.test("parseDocComment() finds tags anywhere on a line, with their places", () => {
  const raw = "/** Gain in decibels. @minimum -60 @maximum 24 */";
  const { text, tags } = parseDocComment(raw);
  assert.equal(text, "Gain in decibels.");
  assert.deepEqual(tags.map(({ name, value }) => [name, value]), [["minimum", "-60"], ["maximum", "24"]]);
  for (const { name, offset, length } of tags) {
    assert.equal(raw.slice(offset, offset + length), `@${name} ${name === "minimum" ? "-60" : "24"}`);
  }
});

Deno.test("parseDocComment() goes on with the prose after a line that ends in a tag", () => {
  const { text, tags } = parseDocComment("/**\n * First.\n * @unit ms\n * Second. @minimum 1\n * Third.\n */");
  assert.equal(text, "First.\nSecond.\nThird.");
  assert.deepEqual(tags.map(({ name, value }) => [name, value]), [["unit", "ms"], ["minimum", "1"]]);
});

Deno.test("parseDocComment() leaves code, addresses and unknown words alone", () => {
  const raw = "/**\n * Say `@unit x`, to me@unit.org, or @someone.\n *\n * ```ts\n * @minimum 1\n * ```\n */";
  const { text, tags } = parseDocComment(raw);
  assert.equal(text, "Say `@unit x`, to me@unit.org, or @someone.\n\n```ts\n@minimum 1\n```");
  assert.deepEqual(tags, []);
});

Deno.test("parseDocComment() drops tags that are not for values, with what belongs to them", () => {
  const { text, tags } = parseDocComment("/**\n * Text.\n *\n * @param x a thing\n *   that goes on\n * @unit dB\n */");
  assert.equal(text, "Text.");
  assert.deepEqual(tags.map(({ name }) => name), ["unit"]);
});

Deno.test("parseDocComment() turns links into their text", () => {
  const raw = "/** See {@link Gain}, {@linkcode Gain.gainDb} and {@link https://example.org | the page}. */";
  assert.equal(parseDocComment(raw).text, "See Gain, Gain.gainDb and the page.");
});

Deno.test("firstSentence() ends at a full stop before a capital, and not in an abbreviation", () => {
  assert.equal(
    firstSentence("Cuts audio, e.g. speech, into\nblocks. Then more."),
    "Cuts audio, e.g. speech, into blocks.",
  );
  assert.equal(firstSentence("One paragraph\n\nAnother."), "One paragraph");
  assert.equal(firstSentence(""), "");
});
