import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../errors.ts";
import { checkGraph } from "./load.ts";
import { fixtureRegistry, GOOD_GRAPH } from "./node_types_fixture_test.ts";

/** How many broken texts each property tries. */
const RUNS = Deno.env.get("SLUICE_DEEP") === "1" ? 10_000 : 800;

/** Pieces that take the place of others: names, punctuation, and what is known to upset parsers. */
const PIECES = [
  ...['"', "{", "}", "[", "]", ",", ":", "\n", "\r", "\t", " ", "\\", "\\u12", "\u0000", "\uFEFF", "\uD800", "\u2028"],
  ...["null", "true", "-1", "1e999", "0.5", "{}", "[]", '""', "//", "/*", "NaN", "01"],
  ...['"__proto__"', '"constructor"', '"toString"', '"nodes"', '"links"', '"version"', '"src"', '"src.audio"', '"."'],
  ...['"mix.audioIn"', '"mix.audioIn_2"', '"out.audio"', '"gain.audioOut"', '"mixer"', '"console-sink"', '"path"'],
];

/** A place in the graph, how many characters go, and what comes. */
const mutation = fc.record({
  at: fc.nat({ max: GOOD_GRAPH.length }),
  remove: fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 80 })),
  insert: fc.oneof(fc.constant(""), fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })),
});

/** What {@linkcode mutation} does, word by word: these texts stay JSON more often. */
const WORDS = GOOD_GRAPH.match(/"[^"]*"|-?\d+|[{}[\]:,]|\s+/g)!;
const wordMutation = fc.record({
  at: fc.nat({ max: WORDS.length - 1 }),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...WORDS)),
});

const REGISTRY = fixtureRegistry();

/** @returns whether the text was refused */
function assertChecked(text: string): boolean {
  const { document, errors } = checkGraph(text, "g.json", REGISTRY);
  assert.equal(document === undefined, errors.length > 0);
  const lines = text.split(/\r\n|\n|\r/);
  for (const error of errors) {
    assert.ok(error instanceof SluiceError);
    assert.ok(error.isBadInput);
    const { place } = error;
    assert.ok(place !== undefined && place.line >= 1 && place.line <= lines.length, error.message);
    assert.ok(place.column >= 1 && place.column <= lines[place.line - 1].length + 1, error.message);
    assert.ok(error.message.startsWith(`g.json:${place.line}:${place.column}: Cannot `), error.message);
    assert.ok([...error.message].every((character) => character >= " "), JSON.stringify(error.message));
    assert.ok(error.message.length < 1_000, error.message);
  }
  return document === undefined;
}

Deno.test(`checkGraph() gives only placed errors for ${RUNS} texts with characters changed`, () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let text = GOOD_GRAPH;
      for (const { at, remove, insert } of mutations) text = text.slice(0, at) + insert + text.slice(at + remove);
      if (assertChecked(text)) refused++;
    }),
    { numRuns: RUNS },
  );
  assert.ok(refused > RUNS / 2, `${refused} of ${RUNS} were refused`);
});

Deno.test(`checkGraph() gives only placed errors for ${RUNS} texts with words changed`, () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.array(wordMutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const words = [...WORDS];
      for (const { at, insert } of mutations) words[at] = insert;
      if (assertChecked(words.join(""))) refused++;
    }),
    { numRuns: RUNS },
  );
  assert.ok(refused > RUNS / 2, `${refused} of ${RUNS} were refused`);
});

Deno.test("checkGraph() gives only placed errors for any JSON", () => {
  fc.assert(fc.property(fc.json(), (text) => void assertChecked(text)));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), (nodes, links) => {
      assertChecked(JSON.stringify({ version: 1, nodes, links }));
    }),
  );
});
