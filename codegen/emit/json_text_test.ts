import assert from "node:assert/strict";
import fc from "fast-check";
import { type JsonCache, JsonPiece, jsonText } from "./json_text.ts";

Deno.test("jsonText() gives the text of JSON.stringify(), with pieces and without, for the first time and again", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const plain = { a, gone: undefined, list: [b, [], {}, [undefined, b]], b: { c: b } };
    const [first, second] = [{}, {}];
    const pieces = {
      a: new JsonPiece(first, "a", () => a),
      gone: undefined,
      list: [new JsonPiece(second, "b", () => b), [], {}, [undefined, b]],
      b: { c: new JsonPiece(second, "c", () => b) },
    };
    const cache: JsonCache = new WeakMap();
    const wanted = JSON.stringify(plain, null, 2);
    assert.equal(jsonText(plain), wanted);
    assert.equal(jsonText(pieces, cache), wanted);
    assert.equal(jsonText(pieces, cache), wanted);
  }));
});

Deno.test("jsonText() makes a piece once, and anew where it stands at another depth", () => {
  const cache: JsonCache = new WeakMap();
  let made = 0;
  const piece = new JsonPiece({}, "piece", () => ({ x: ++made }));
  assert.equal(jsonText([piece, piece], cache), JSON.stringify([{ x: 1 }, { x: 1 }], null, 2));
  assert.equal(jsonText({ deep: [piece] }, cache), JSON.stringify({ deep: [{ x: 2 }] }, null, 2));
  assert.equal(made, 2);
});
